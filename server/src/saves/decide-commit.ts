// What a new save is to its player's others: it goes on from the head, or it is a
// branch beside it; and which older ones make room. Nothing is ever overwritten.
// Pure.

import type { SaveRecord } from "../store/save-ports.ts";

export type SaveLimits = {
  /** Of one title, besides the head. */
  versionsMax: number;
  /** Of one session: the newest, and one before it, should the newest have been torn by a crash. */
  versionsPerSessionMax: number;
  /** Sessions whose branches wait for the player's choice. */
  branchesMax: number;
  titleBytesMax: number;
  playerBytesMax: number;
};

export const SAVE_LIMITS: SaveLimits = {
  versionsMax: 10,
  versionsPerSessionMax: 2,
  branchesMax: 4,
  titleBytesMax: 1024 ** 3,
  playerBytesMax: 4 * 1024 ** 3,
};

export type CommitDecision =
  | { type: "repeated"; place: SaveRecord["place"] }
  | { type: "full" }
  | {
      type: "taken";
      place: SaveRecord["place"];
      /** Saves that were something else before. */
      moved: { id: string; place: SaveRecord["place"] }[];
      forgotten: SaveRecord[];
    };

/** `saves`: all that the player has, of every title. `current`: no newer epoch of the session has been heard of. */
export function decideCommit(
  saves: readonly SaveRecord[],
  added: SaveRecord,
  current: boolean,
  limits: SaveLimits,
): CommitDecision {
  const known = saves.find(({ id }) => id === added.id);
  if (known) return { type: "repeated", place: known.place };
  const head = saves.find((save) => save.titleId === added.titleId && save.place === "head");
  // A node that was given up may have played on, unheard: what it brings is worth keeping, but not first.
  const late = current && head !== undefined && isOwn(head, added) && added.takenAtMs < head.takenAtMs;
  const goesOn = !late && current && (head === undefined || head.id === added.parentId || isOwn(head, added));
  // A session's own later save came first: this one is a step on the way to it.
  const place = late ? "past" : goesOn ? "head" : "branch";
  const passed = goesOn && head ? [{ ...head, place: "past" as const }] : [];
  const after = [...saves.filter((save) => !(goesOn && save === head)), ...passed, { ...added, place } as const];
  const forgotten = chooseForgotten(after, added, limits);
  const kept = after.filter((save) => !forgotten.includes(save));
  const tooMuch =
    bytesOf(kept) > limits.playerBytesMax || bytesOf(ofTitle(kept, added.titleId)) > limits.titleBytesMax;
  if (tooMuch || !kept.some(({ id }) => id === added.id)) return { type: "full" };
  const moved = passed.filter((save) => kept.includes(save)).map(({ id, place: to }) => ({ id, place: to }));
  return { type: "taken", place, moved, forgotten };
}

/** A node that never heard how its last commit went names an older parent; one session under one lease is one line. */
function isOwn(head: SaveRecord, added: SaveRecord): boolean {
  return head.sessionId === added.sessionId && head.epoch === added.epoch;
}

/** The player's word: this one is the head, and nothing waits for a choice any more. */
export function decideChoice(
  saves: readonly SaveRecord[],
  chosen: SaveRecord,
): { id: string; place: SaveRecord["place"] }[] {
  return ofTitle(saves, chosen.titleId)
    .map(({ id, place }) => ({ id, place: id === chosen.id ? ("head" as const) : ("past" as const), was: place }))
    .filter(({ place, was }) => place !== was)
    .map(({ id, place }) => ({ id, place }));
}

function chooseForgotten(saves: readonly SaveRecord[], added: SaveRecord, limits: SaveLimits): SaveRecord[] {
  const forgotten = new Set<SaveRecord>();
  const forget = (list: readonly SaveRecord[]) => list.forEach((save) => forgotten.add(save));
  const left = (titleId?: string) =>
    newestFirst(saves.filter((save) => !forgotten.has(save) && (titleId === undefined || save.titleId === titleId)));
  const mayGo = (save: SaveRecord) => save.place === "past" && save.id !== added.id;

  const { titleId } = added;
  // A session's own earlier saves are steps on the way to its newest.
  const ofSession = left(titleId).filter(({ sessionId }) => sessionId === added.sessionId);
  forget(ofSession.slice(limits.versionsPerSessionMax).filter(({ place }) => place !== "head"));
  const branching = [...new Set(left(titleId).filter(({ place }) => place === "branch").map(({ sessionId }) => sessionId))];
  const tooMany = new Set(branching.slice(limits.branchesMax));
  forget(left(titleId).filter((save) => save.place === "branch" && tooMany.has(save.sessionId)));
  forget(left(titleId).filter(mayGo).slice(limits.versionsMax));
  // Room: the oldest of this title first, then of the others; never a head, never what waits for a choice.
  for (const save of left(titleId).filter(mayGo).reverse()) {
    if (bytesOf(left(titleId)) <= limits.titleBytesMax) break;
    forget([save]);
  }
  for (const save of left().filter(mayGo).reverse()) {
    if (bytesOf(left()) <= limits.playerBytesMax) break;
    forget([save]);
  }
  return saves.filter((save) => forgotten.has(save));
}

function newestFirst(saves: readonly SaveRecord[]): SaveRecord[] {
  return [...saves].sort((a, b) => b.savedAtMs - a.savedAtMs || (a.id < b.id ? 1 : -1));
}

function ofTitle(saves: readonly SaveRecord[], titleId: string): SaveRecord[] {
  return saves.filter((save) => save.titleId === titleId);
}

function bytesOf(saves: readonly SaveRecord[]): number {
  return saves.reduce((sum, { archiveBytes }) => sum + archiveBytes, 0);
}
