// Time that passes only when a test says so.

import type { Timers } from "../timers.ts";

export interface FakeTimers extends Timers {
  /** Runs what is due on the way, in order. */
  pass(ms: number): void;
  readonly pending: number;
}

export function createFakeTimers(startMs = 1_000): FakeTimers {
  let nowMs = startMs;
  let waiting: { atMs: number; callback: () => void }[] = [];
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, callback) {
      const entry = { atMs: nowMs + delayMs, callback };
      waiting.push(entry);
      return () => void (waiting = waiting.filter((each) => each !== entry));
    },
    pass(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const due = waiting.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        waiting = waiting.filter((each) => each !== due);
        nowMs = due.atMs;
        due.callback();
      }
      nowMs = untilMs;
    },
    get pending() {
      return waiting.length;
    },
  };
}
