// Whether a session that is being played shall go to a better node. Pure.
//
// Moving costs the player seconds without a picture, and whatever the title did not
// save; so another node has to be better by what one feels, for long enough that it
// is no accident, the player has to be doing nothing just now, and all that was done has
// to be saved.

/** Below this nobody feels the way; and what a measurement is worth. */
export const BETTER_RTT_MS = 10;
/** Of five: about what tells "good" from "fair". */
export const BETTER_MOS = 0.3;
/** For so long without a break. */
export const BETTER_FOR_MS = 30_000;
/** A player who has touched nothing for so long is in a menu, in a film, or away from the screen. */
export const PAUSE_MS = 10_000;

export type Comparison = {
  atMs: number;
  present: { rttMs: number; mos: number };
  /** The best of the others that have a slot; undefined while there is none. */
  other: { nodeId: string; rttMs: number; mos: number } | undefined;
  /** When the player last touched anything. */
  lastInputAtMs: number;
  /** All that the player did is in a save that the server has, or nothing was done. */
  savedAll: boolean;
};

type Path = { rttMs: number; mos: number };

export function isBetter(other: Path, present: Path): boolean {
  return present.rttMs - other.rttMs >= BETTER_RTT_MS && other.mos - present.mos >= BETTER_MOS;
}

/** Nobody is disturbed, and nothing is lost. */
export function mayMove({ atMs, lastInputAtMs, savedAll }: Pick<Comparison, "atMs" | "lastInputAtMs" | "savedAll">): boolean {
  return savedAll && atMs - lastInputAtMs >= PAUSE_MS;
}

/** Since when which node has been better. */
export type Watch = { nodeId: string; sinceMs: number } | undefined;

/** `tryNodeId`: the bounds speak for it for long enough, and it may be moved to now; measuring it has the last word. */
export function watchBetter(watch: Watch, seen: Comparison): [watch: Watch, tryNodeId: string | undefined] {
  const { atMs, present, other } = seen;
  if (!other || !isBetter(other, present)) return [undefined, undefined];
  // Another that is better counts from anew: two that take turns are no reason to move.
  const next = watch?.nodeId === other.nodeId ? watch : { nodeId: other.nodeId, sinceMs: atMs };
  const proven = atMs - next.sinceMs >= BETTER_FOR_MS;
  return [next, proven && mayMove(seen) ? other.nodeId : undefined];
}
