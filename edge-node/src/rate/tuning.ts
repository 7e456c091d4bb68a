// The controller's numbers, and where each comes from. Those that say "simulated"
// were chosen on the traces of tests/net (docs/adr/0003-rate-control.md has the runs).

import type { RateOptions } from "./events.ts";

/**
 * A quarter of the maximum, at least 4 Mbit/s: what GeForce NOW's web client is
 * told to start with. A link too small for it says so within 150 ms. And at most 6: 50 Mbit/s
 * are reached from there in 1.5 s, while 12.5 into a line of 3 make a queue of a second, and it
 * took 3 s more until that line was used (simulated).
 */
export function startKbps(maxKbps: number): number {
  return Math.min(maxKbps, Math.max(4_000, Math.min(6_000, maxKbps / 4)));
}

/** Below this a 720p title is no longer playable; the ladder is at its last rung. */
export const MIN_KBPS = 400;

export function makeRateOptions(size: { width: number; height: number }, fps: number, maxKbps: number): RateOptions {
  return { size, fps, maxKbps, minKbps: Math.min(MIN_KBPS, maxKbps), startKbps: startKbps(maxKbps) };
}

/**
 * A frame that takes longer than this beyond its own time on the wire meets
 * others in a queue. A frame sent in one burst spends up to a frame interval
 * leaving a fully used link; only what is beyond it is queue.
 */
export const QUEUE_MARGIN_MS = 12;

/** Frames under way longer than this stop new ones. Simulated: 40 stops for Wi-Fi's own jitter, 80 costs 60 ms of queue. */
export const HOLD_AGE_MS = 40;

/**
 * A hold without any news ends then: a frame must try whether the path is back,
 * and only a later packet tells the player that the last ones of a frame are missing.
 */
export const HOLD_MS_MAX = 100;

/** A large frame makes a queue of its own; however large, one that stands this long is looked at. */
export const EXCUSE_MS_MAX = 250;

/** A queue is drained in about this time, by sending as much less as that takes, within these shares. */
export const DRAIN_MS = 300;
export const BACK_OFF = 0.88;
export const BACK_OFF_MIN = 0.5;
/** Later, stay at this share of it. A video frame's size varies by a tenth and more about its mean. */
export const CRUISE = 0.92;

/** A rate has to be seen to work for so long before the next step. */
export const OBSERVE_MS = 120;
/** Beyond a limit that was met a few percent too much take this long to show. */
export const OBSERVE_BEYOND_MS = 250;
/** Steps upward: in start-up, far below a known limit, where no limit is known, beyond one that was met. */
export const STEP = { starting: 1.5, returning: 1.25, unknown: 1.15, beyond: 1.07 } as const;

/** First wait before a limit that was met is tried again, and how it grows each time it is met again. */
export const RETRY_MS = 1_000;
export const RETRY_GROWTH = 1.6;
export const RETRY_MS_MAX = 8_000;
/** Wait after a try that was given up before it made a queue. */
export const RETREAT_MS = 2_000;

/** Less sent than this share of the target proves nothing about the target. */
export const PROVING_SHARE = 0.6;

/** From here on, loss without delay is tried for being ours. GCC (RFC draft) backs off from 10 % too. */
export const LOSS_TRIAL = 0.1;
/** From here on, loss stops the climb. */
export const LOSS_HOLD = 0.03;
/** Loss that stays for so long while nothing more is sent is not ours. */
export const LOSS_HOLD_MS = 3_000;
/** A trial is judged after this long. */
export const LOSS_TRIAL_MS = 1_500;
/** Loss that was found to be the link's own is believed for this long. */
export const LOSS_FLOOR_MS = 30_000;

/** A display's own beat, at the usual 60 a second: a frame may wait that long to be shown. */
export const DISPLAY_MS = 1_000 / 60;
/** Between two keyframes that nobody asked for; in one silence each wait is longer than the one before. */
export const RECOVERY_MS_MIN = 100;
export const RECOVERY_GROWTH = 2;
/** Of a hundred lost packets one repair is lost as well, at this share of them. Simulated: without it Wi-Fi's stalls cost keyframes. */
export const RECOVERY_LOSS_MIN = 0.01;

/** No news of any frame for this long, though frames were sent, is silence. */
export const SILENCE_MS = 300;
