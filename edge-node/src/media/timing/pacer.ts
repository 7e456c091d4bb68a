// When may a frame be taken? Not much oftener than `fps` times a second, and the last
// change of a burst is postponed, never dropped.
//
// Titles draw "at 60 Hz" by clocks of their own: with jitter of a few milliseconds,
// and at 60.2 or 62.5. A strict limiter would hold back each of their frames for up
// to an interval, as its clock and theirs beat. This one lets a frame be a quarter of
// an interval early, and the average be a tenth above.

export type Pacer = { nextAtMs: number };

export const idlePacer: Pacer = { nextAtMs: 0 };

const EARLY_SHARE = 0.25;
const RATE_ALLOWANCE = 1.1;
/** After a pause the next but one frame may follow this soon, to catch up with a title that was late once. */
const CATCH_UP_SHARE = 0.5;

export type Pace = { take: true; pacer: Pacer } | { take: false; waitMs: number };

export function pace(pacer: Pacer, fps: number, nowMs: number): Pace {
  const intervalMs = 1000 / (fps * RATE_ALLOWANCE);
  const earliestAtMs = pacer.nextAtMs - intervalMs * EARLY_SHARE;
  if (nowMs < earliestAtMs) return { take: false, waitMs: pacer.nextAtMs - nowMs };
  const nextAtMs = Math.max(pacer.nextAtMs + intervalMs, nowMs + intervalMs * CATCH_UP_SHARE);
  return { take: true, pacer: { nextAtMs } };
}
