// mediasoup's bandwidth estimate, as far as a controller can see it: what its
// TransportCongestionControlClient tells of libwebrtc's GoogCC.
//
// Kept: it starts at `initialAvailableOutgoingBitrate`, is capped at 1.35 times
// what is sent (or at that initial value), grows by 8 % a second and to 1.5 times
// what came through at most, falls to 0.85 of that when delay grows, and is told
// once a second, or at once when it fell by a quarter or rose by half.
// Left out: its probes (padding), which only ever help.

export type EstimateModel = {
  readonly kbps: number;
  readonly initialKbps: number;
  readonly toldKbps: number;
  readonly toldAtMs: number;
  readonly loweredAtMs: number;
  /** By how much delay grew so far, without a step back. */
  readonly growthMs: number;
};

export type EstimateInput = {
  sentKbps: number;
  receivedKbps: number;
  /** How much longer packets take than they did a moment ago. */
  delayGrowthMs: number;
  nowMs: number;
  sinceMs: number;
};

export function startEstimate(initialKbps: number): EstimateModel {
  return { kbps: initialKbps, initialKbps, toldKbps: initialKbps, toldAtMs: -Infinity, loweredAtMs: -Infinity, growthMs: 0 };
}

/** GCC's detector begins with 12.5 ms (draft-ietf-rmcat-gcc-02) and adapts; an order of magnitude is what matters. */
const GROWTH_MS = 12.5;

/** Returns what a listener is told, if anything. */
export function updateEstimate(model: EstimateModel, input: EstimateInput): [EstimateModel, number | undefined] {
  const { sentKbps, receivedKbps, delayGrowthMs, nowMs, sinceMs } = input;
  const capKbps = Math.max(model.initialKbps, 1.35 * sentKbps);
  const growthMs = delayGrowthMs > 0 ? model.growthMs + delayGrowthMs : 0;
  const overused = growthMs > GROWTH_MS && growthMs > delayGrowthMs && nowMs - model.loweredAtMs > 200;
  const grown = Math.min(model.kbps * 1.08 ** (sinceMs / 1_000), Math.max(model.kbps, 1.5 * receivedKbps + 10));
  const kbps = Math.max(30, Math.min(capKbps, overused ? Math.min(model.kbps, 0.85 * receivedKbps) : grown));
  const told = nowMs - model.toldAtMs >= 1_000 || kbps < 0.75 * model.toldKbps || kbps > 1.5 * model.toldKbps;
  const next = { ...model, kbps, growthMs, loweredAtMs: overused ? nowMs : model.loweredAtMs };
  return told ? [{ ...next, toldKbps: kbps, toldAtMs: nowMs }, kbps] : [next, undefined];
}
