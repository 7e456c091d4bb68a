// When was that? A sample says how long it is, not when it was: the ends' clocks
// agree with nobody's. So each is laid behind the one before it of the same end,
// and its arrival only corrects that: samples that a slow link brings all at once
// keep their places in time.
//
// Two samples of one end never overlap, so an end can't tell more seconds than
// there were.

import { CATCH_UP_MS, EARLY_MS_MAX, LATE_MS_MAX } from "./limits.ts";

/** Where the sample ends; undefined if it tells of time that has not been yet. */
export function placeSecond(previousEndMs: number | undefined, durationMs: number, arrivedAtMs: number): number | undefined {
  if (previousEndMs === undefined) return arrivedAtMs;
  const lagMs = arrivedAtMs - (previousEndMs + durationMs);
  if (lagMs < -EARLY_MS_MAX) return undefined;
  // Nothing was told for a while: it starts anew.
  if (lagMs > LATE_MS_MAX) return arrivedAtMs;
  return previousEndMs + Math.min(Math.max(lagMs, 0), CATCH_UP_MS) + durationMs;
}
