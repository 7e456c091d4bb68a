// Time as a dependency, so that decisions can be tested without waiting.

export interface Clock {
  /** Milliseconds since the Unix epoch. May step; use it for dates and across machines. */
  wallMs(): number;
  /** Milliseconds that never go back. Use it for differences on one machine. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
