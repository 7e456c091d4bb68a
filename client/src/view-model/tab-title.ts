// What the browser's tab says while its page waits in line and nobody sees it: the place,
// as the server tells it now. Pure.

import type { Texts } from "../texts/en.ts";
import type { PlayView } from "./play-view.ts";

/** Undefined where the page's own title is right. */
export function makeTabTitle(view: PlayView, titleName: string | undefined, { loading, product }: Pick<Texts, "loading" | "product">): string | undefined {
  if (view.scene !== "loading" || view.queue?.hiddenFrom === undefined) return undefined;
  const { position, othersFirst } = view.queue;
  return [loading.queued(position), othersFirst && loading.othersFirst, titleName ?? product].filter(Boolean).join(" · ");
}
