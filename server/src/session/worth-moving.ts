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

/** Since when which node has been better. */
export type Watch = { nodeId: string; sinceMs: number } | undefined;

export function watchBetter(watch: Watch, seen: Comparison): [watch: Watch, moveTo: string | undefined] {
  const { atMs, present, other, lastInputAtMs, savedAll } = seen;
  const better =
    other !== undefined && present.rttMs - other.rttMs >= BETTER_RTT_MS && other.mos - present.mos >= BETTER_MOS ? other : undefined;
  if (!better) return [undefined, undefined];
  // Another that is better counts from anew: two that take turns are no reason to move.
  const next = watch?.nodeId === better.nodeId ? watch : { nodeId: better.nodeId, sinceMs: atMs };
  const proven = atMs - next.sinceMs >= BETTER_FOR_MS;
  const pausing = atMs - lastInputAtMs >= PAUSE_MS;
  return [next, proven && pausing && savedAll ? better.nodeId : undefined];
}
