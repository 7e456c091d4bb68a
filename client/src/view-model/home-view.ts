// What the page of titles shows, from the catalogue and the sessions that are kept. Pure.

import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { HeldSession } from "@nearframe/shared/protocol/server-to-client";
import type { InputNeeds } from "@nearframe/shared/title/manifest";
import type { CatalogueState } from "./catalogue.ts";

export type Hand = "keyboard" | "mouse" | "touch" | "pad";
export type Category = PublicTitle["category"];

export type HomeView =
  | { is: "loading" }
  | { is: "unreachable" }
  | { is: "empty" }
  | {
      is: "ready";
      featured: PublicTitle;
      /** The featured title is one that the player left without ending it. */
      continues: boolean;
      categories: readonly Category[];
      chosen: Category | undefined;
      titles: readonly PublicTitle[];
    };

export function makeHomeView(
  catalogue: CatalogueState,
  held: readonly HeldSession[],
  wanted: { category: string | undefined; titleId: string | undefined },
): HomeView {
  if (catalogue.is !== "ready") return { is: catalogue.is };
  const { titles } = catalogue;
  const kept = titles.find(({ id }) => held.some(({ titleId }) => titleId === id));
  const lookedAt = titles.find(({ id }) => id === wanted.titleId);
  const featured = lookedAt ?? kept ?? titles.find(({ availability }) => availability.state === "now") ?? titles[0];
  if (!featured) return { is: "empty" };
  const categories = [...new Set(titles.map(({ category }) => category))];
  const chosen = categories.find((category) => category === wanted.category);
  return {
    is: "ready",
    featured,
    continues: kept === featured,
    categories,
    chosen,
    titles: chosen === undefined ? titles : titles.filter(({ category }) => category === chosen),
  };
}

/** What a player can play it with, in the order to show. */
export function handsFor(input: InputNeeds): readonly Hand[] {
  const hands: Hand[] = [];
  if (input.keyboard) hands.push("keyboard");
  if (input.pointer !== "none") hands.push("mouse");
  if (input.touch || input.pointer === "absolute" || (input.touchControls ?? []).length > 0) hands.push("touch");
  if (input.pad) hands.push("pad");
  return hands;
}
