// When may a frame be taken? Not much oftener than `fps` times a second, and the last
// change of a burst is postponed, never dropped.
//
// Titles draw "at 60 Hz" by clocks of their own: with jitter of a few milliseconds,
// and at 60.2 or 62.5. A strict limiter would hold back each of their frames for up
// to an interval, as its clock and theirs beat. This one lets a frame be a quarter of
// an interval early, and the average be a tenth above.
//
// A frame that answers an input does not wait at all: what a title draws at once for
// a press lies between two of its regular frames, 6 ms in the median.

export type Pacer = {
  nextAtMs: number;
  /** From then on an answer may be taken out of turn. */
  answerAtMs: number;
};

export const idlePacer: Pacer = { nextAtMs: 0, answerAtMs: 0 };

const EARLY_SHARE = 0.25;
const RATE_ALLOWANCE = 1.1;
/** After a pause the next but one frame may follow this soon, to catch up with a title that was late once. */
const CATCH_UP_SHARE = 0.5;

/** A mouse that never rests must not make a stream of its own: ten a second are more than fingers press. */
const ANSWER_INTERVAL_MS = 100;

export type Pace = { take: true; outOfTurn: boolean; pacer: Pacer } | { take: false; waitMs: number };

/** `isAnswer`: it may be what the title drew for an input. */
export function pace(pacer: Pacer, fps: number, nowMs: number, isAnswer: boolean): Pace {
  const intervalMs = 1000 / (fps * RATE_ALLOWANCE);
  const earliestAtMs = pacer.nextAtMs - intervalMs * EARLY_SHARE;
  if (nowMs >= earliestAtMs) {
    const nextAtMs = Math.max(pacer.nextAtMs + intervalMs, nowMs + intervalMs * CATCH_UP_SHARE);
    return { take: true, outOfTurn: false, pacer: { ...pacer, nextAtMs } };
  }
  if (isAnswer && nowMs >= pacer.answerAtMs) {
    return { take: true, outOfTurn: true, pacer: { ...pacer, answerAtMs: nowMs + ANSWER_INTERVAL_MS } };
  }
  return { take: false, waitMs: pacer.nextAtMs - nowMs };
}
