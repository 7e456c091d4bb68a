// How a session came back, in one sentence. Pure.

import type { Texts } from "../../texts/en.ts";
import type { News } from "../../view-model/returns.ts";

const MINUTE_MS = 60_000;

/** "12 seconds", "3 minutes", as the language says it. */
export function spanText(spanMs: number, locale: string): string {
  const [value, unit] = spanMs < 1.5 * MINUTE_MS ? [spanMs / 1_000, "second"] : [spanMs / MINUTE_MS, "minute"];
  const rounded = Math.max(1, Math.round(value));
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(rounded);
}

export function newsText(news: News, texts: Texts["play"]["news"], locale: string): string {
  switch (news.kind) {
    case "away":
    case "connection":
      return texts[news.kind](spanText(news.gapMs, locale));
    default:
      return texts[news.kind];
  }
}
