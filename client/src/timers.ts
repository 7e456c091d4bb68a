// Waiting as a dependency, so that tests can pass the time by hand.

import type { Clock } from "@nearframe/shared/clock";

export interface Timers extends Clock {
  /** Calls back once, `delayMs` from now, unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

export const browserTimers: Timers = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
