// Round trips to a result. Pure, and the same for both ends, so that their reports can be compared.

import { PINGS_MAX, RTT_MS_MAX, type ProbeResult } from "./probe-result.ts";

/**
 * `roundTripsMs` in the order of the pings, undefined for those that never came back. Undefined where
 * none did: of such a path nothing is known but that it is not to be chosen.
 */
export function summarizeProbe(roundTripsMs: readonly (number | undefined)[]): ProbeResult | undefined {
  const asked = roundTripsMs.slice(0, PINGS_MAX);
  const heard = asked.filter((ms): ms is number => ms !== undefined && ms >= 0 && ms <= RTT_MS_MAX);
  const sorted = heard.toSorted((a, b) => a - b);
  const [min] = sorted;
  if (min === undefined) return undefined;
  return {
    count: asked.length,
    lost: asked.length - heard.length,
    rttMs: { min: toMicros(min), p50: toMicros(nearestRank(sorted, 0.5)), p95: toMicros(nearestRank(sorted, 0.95)) },
    jitterMs: toMicros(meanDifference(heard)),
  };
}

/** As RFC 3550 looks at it: how much one differs from the next, whichever way. */
function meanDifference(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const sum = values.reduce((total, value, i) => total + (i === 0 ? 0 : Math.abs(value - (values[i - 1] ?? value))), 0);
  return sum / (values.length - 1);
}

function nearestRank(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}

/** Whole microseconds, which survive JSON and are what is signed. */
function toMicros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
