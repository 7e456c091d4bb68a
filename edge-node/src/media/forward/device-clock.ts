// A device's clock on this machine's: when was a frame's picture taken? Pure.
//
// Both clocks run alike; nobody knows how far they are apart. The frame that came quickest
// tells the most: its way took at least no time. So every frame is placed as if the quickest
// of the last while had taken none, and all are late by what that one took.

/** The oldest that still counts is twice as old: clocks drift by some milliseconds a minute. */
export const WINDOW_MS = 10_000;

export type DeviceClock = {
  /** Smallest difference in the window before, and in this one. */
  before: number;
  now: number;
  windowEndsAtMs: number;
};

export const startDeviceClock: DeviceClock = { before: Infinity, now: Infinity, windowEndsAtMs: -Infinity };

/** When what the device stamped with `deviceMs` was taken, on the clock of `arrivedAtMs`, and never after it. */
export function placeOnClock(clock: DeviceClock, deviceMs: number, arrivedAtMs: number): [DeviceClock, number] {
  const difference = arrivedAtMs - deviceMs;
  const turned = arrivedAtMs >= clock.windowEndsAtMs;
  const next: DeviceClock = turned
    ? { before: clock.now, now: difference, windowEndsAtMs: arrivedAtMs + WINDOW_MS }
    : { ...clock, now: Math.min(clock.now, difference) };
  // Adding what was subtracted may come out a hair's breadth later.
  return [next, Math.min(arrivedAtMs, deviceMs + Math.min(next.before, next.now))];
}
