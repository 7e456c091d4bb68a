// The node's clock seen from the player's, from questions answered at once. Pure.
// The answer with the shortest round trip is the truest one.

export type ClockSample = { sentAtMs: number; nodeAtMs: number; heardAtMs: number };
export type ClockOffset = {
  /** Add to a player's time to get the node's. */
  nodeMinusPlayerMs: number;
  roundTripMs: number;
};

/** A quarter of a minute. Clocks drift by some ten microseconds a second: older samples say less. */
export const SAMPLES_KEPT = 80;

export function addClockSample(samples: readonly ClockSample[], sample: ClockSample): readonly ClockSample[] {
  if (sample.heardAtMs < sample.sentAtMs) return samples;
  return [...samples, sample].slice(-SAMPLES_KEPT);
}

export function clockOffset(samples: readonly ClockSample[]): ClockOffset | undefined {
  let best: ClockOffset | undefined;
  for (const { sentAtMs, nodeAtMs, heardAtMs } of samples) {
    const roundTripMs = heardAtMs - sentAtMs;
    if (best && best.roundTripMs <= roundTripMs) continue;
    best = { roundTripMs, nodeMinusPlayerMs: nodeAtMs - (sentAtMs + heardAtMs) / 2 };
  }
  return best;
}
