// What the home screen shows, from the catalogue, what is kept of sessions, and how the
// player arranged it. Pure.

import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { HeldSession } from "@nearframe/shared/protocol/server-to-client";
import type { InputNeeds } from "@nearframe/shared/title/manifest";
import { DOCK_MAX, type Arrangement } from "./arrangement.ts";
import type { CatalogueState } from "./catalogue.ts";
import type { Recents } from "./recents.ts";

export type Hand = "keyboard" | "mouse" | "touch" | "pad";
export type Category = PublicTitle["category"];

export type FolderView = { id: string; name: string; titles: readonly PublicTitle[] };
export type TileView = { kind: "title"; title: PublicTitle } | { kind: "folder"; folder: FolderView };

/** What to go on with: a session that runs on another device or is being kept, or what was played last. */
export type Resume = { title: PublicTitle; kept: boolean; elsewhere: boolean };

export type HomeView =
  | { is: "loading" }
  | { is: "unreachable" }
  | { is: "empty" }
  | {
      is: "ready";
      /** The title whose picture is behind everything. */
      featured: PublicTitle;
      resume: Resume | undefined;
      /** Their saves have parted, and the player is to choose. */
      parted: readonly PublicTitle[];
      categories: readonly Category[];
      chosen: Category | undefined;
      tiles: readonly TileView[];
      dock: readonly PublicTitle[];
    };

export type HomeNeeds = {
  catalogue: CatalogueState;
  held: readonly HeldSession[];
  recents: Recents;
  arrangement: Arrangement;
  /** Titles whose saves have parted. */
  parted: readonly string[];
  wanted: { category: string | undefined; titleId: string | undefined };
};

export function makeHomeView({ catalogue, held, recents, arrangement, parted, wanted }: HomeNeeds): HomeView {
  if (catalogue.is !== "ready") return { is: catalogue.is };
  const { titles } = catalogue;
  const resume = resumeOf(titles, held, recents);
  const lookedAt = titles.find(({ id }) => id === wanted.titleId);
  const featured = lookedAt ?? resume?.title ?? titles.find(({ availability }) => availability.state === "now") ?? titles[0];
  if (!featured) return { is: "empty" };
  const categories = [...new Set(titles.map(({ category }) => category))];
  const chosen = categories.find((category) => category === wanted.category);
  return {
    is: "ready",
    featured,
    resume,
    parted: titles.filter(({ id }) => parted.includes(id)),
    categories,
    chosen,
    // Who looks for a category looks for titles, wherever they lie.
    tiles:
      chosen === undefined
        ? tilesOf(titles, arrangement)
        : titles.filter(({ category }) => category === chosen).map((title) => ({ kind: "title", title })),
    dock: dockOf(titles, arrangement),
  };
}

function resumeOf(titles: readonly PublicTitle[], held: readonly HeldSession[], recents: Recents): Resume | undefined {
  const kept = titles.find(({ id }) => held.some(({ titleId }) => titleId === id));
  const session = held.find(({ titleId }) => titleId === kept?.id);
  if (kept) return { title: kept, kept: true, elsewhere: session?.elsewhere === true };
  const last = titles.find(({ id }) => id === recents[0]?.titleId);
  return last && last.availability.state !== "unavailable" ? { title: last, kept: false, elsewhere: false } : undefined;
}

function tilesOf(titles: readonly PublicTitle[], { folders }: Arrangement): readonly TileView[] {
  const shownFolders = folders
    .map(({ id, name, titleIds }): FolderView => ({
      id, name, titles: titleIds.flatMap((titleId) => titles.find((title) => title.id === titleId) ?? []),
    }))
    .filter((folder) => folder.titles.length > 0);
  const filed = new Set(shownFolders.flatMap((folder) => folder.titles));
  return [
    ...titles.filter((title) => !filed.has(title)).map((title) => ({ kind: "title", title }) as const),
    ...shownFolders.map((folder) => ({ kind: "folder", folder }) as const),
  ];
}

export function dockOf(titles: readonly PublicTitle[], { dock }: Arrangement): readonly PublicTitle[] {
  if (dock === undefined) return titles.filter(({ availability }) => availability.state !== "unavailable").slice(0, DOCK_MAX);
  return dock.flatMap((titleId) => titles.find(({ id }) => id === titleId) ?? []);
}

/** What the lock screen shows. */
export type LockView = { wallpaper: PublicTitle["art"] | undefined; resume: Resume | undefined; parted: readonly PublicTitle[] };

export function makeLockView(home: HomeView): LockView {
  if (home.is !== "ready") return { wallpaper: undefined, resume: undefined, parted: [] };
  return { wallpaper: home.featured.art, resume: home.resume, parted: home.parted };
}

export type RecentView = { title: PublicTitle; playedAtMs: number; kept: boolean };

/** The switcher: what runs, or ran, newest first. Titles that are gone are left out. */
export function makeRecentsView(
  titles: readonly PublicTitle[],
  held: readonly HeldSession[],
  recents: Recents,
): readonly RecentView[] {
  return recents
    .flatMap(({ titleId, playedAtMs }): RecentView[] => {
      const title = titles.find(({ id }) => id === titleId);
      return title ? [{ title, playedAtMs, kept: held.some((each) => each.titleId === titleId) }] : [];
    })
    .sort((a, b) => Number(b.kept) - Number(a.kept));
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
