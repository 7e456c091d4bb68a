// The round trip between a player and a node that have never met.
//
// Distance gives an expectation, and light a floor. Where both ends have measured the
// same probe points p (round trips a_p and b_p), a path through p exists, so the round
// trip is at most min(a_p + b_p) (as Steam's ping locations have it); and it is hardly
// less than max|a_p - b_p|, or p could be reached faster through the other end. The
// expectation by distance is kept within those two: a node next door whose provider
// takes the long way round shows a large difference to the probe points next door.

import { rttMsMin } from "../location/light-speed.ts";

/**
 * What the access network and the first routers of both ends add, whatever the distance.
 * With `PATH_STRETCH` fitted to nothing of our own yet: cable and fibre lines show 4 to 10 ms.
 */
export const ACCESS_RTT_MS = 5;
/** How much longer than the great circle fibre runs: 1.5 to 2 within a continent. */
export const PATH_STRETCH = 1.6;

/** What to expect at a distance that is itself known only so well. */
export function rttMsByDistance(km: number, uncertaintyKm: number): number {
  return ACCESS_RTT_MS + PATH_STRETCH * rttMsMin(Math.hypot(km, uncertaintyKm / 2));
}

/** The farthest node that could be expected within the limit. */
export function expectedReachKm(limitMs: number): number {
  return Math.max(0, limitMs - ACCESS_RTT_MS) / (PATH_STRETCH * rttMsMin(1));
}

export type VectorBounds = { readonly leastMs: number; readonly mostMs: number };

/** Undefined where the two have no probe point in common. */
export function vectorBounds(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): VectorBounds | undefined {
  let leastMs = 0;
  let mostMs = Infinity;
  for (const [probePointId, aMs] of Object.entries(a)) {
    const bMs = b[probePointId];
    if (bMs === undefined) continue;
    leastMs = Math.max(leastMs, Math.abs(aMs - bMs));
    mostMs = Math.min(mostMs, aMs + bMs);
  }
  return mostMs === Infinity ? undefined : { leastMs, mostMs };
}

/** Distance and vectors together; `Infinity` as `byDistanceMs` where the distance is not known. */
export function combineRtt(byDistanceMs: number, leastMs: number, mostMs: number): number {
  return Math.min(mostMs, Math.max(byDistanceMs === Infinity ? mostMs : byDistanceMs, leastMs));
}
