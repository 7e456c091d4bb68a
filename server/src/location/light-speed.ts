// What physics allows between two places. Light in fibre covers 200 km in a
// millisecond, so a round trip of a millisecond reaches 100 km and not one more.
// Whoever reports less lies or errs.

import { distanceKm } from "./location.ts";
import type { Location } from "./location.ts";

export const FIBRE_KM_PER_MS = 200;

/** The shortest round trip that any path over this distance can have. */
export const rttMsMin = (km: number): number => (2 * km) / FIBRE_KM_PER_MS;

/** The farthest that a round trip of this length can have been. */
export const reachKm = (rttMs: number): number => (rttMs * FIBRE_KM_PER_MS) / 2;

export type RttVerdict =
  | { type: "plausible" }
  /** Not a time that a packet can take anywhere. */
  | { type: "not-a-time" }
  | { type: "faster-than-light"; rttMsMin: number };

/**
 * Whether a round trip between two places can be. Each place may be anywhere within its
 * accuracy, and gets the benefit of the doubt. An unknown place rules nothing out.
 */
export function judgeRtt(rttMs: number, a: Location | undefined, b: Location | undefined): RttVerdict {
  if (!Number.isFinite(rttMs) || rttMs <= 0) return { type: "not-a-time" };
  if (!a || !b) return { type: "plausible" };
  const least = rttMsMin(Math.max(0, distanceKm(a, b) - a.accuracyKm - b.accuracyKm));
  return rttMs < least ? { type: "faster-than-light", rttMsMin: least } : { type: "plausible" };
}

/** A vector of round trips to probe points without the entries that can't be. */
export function plausibleVector(
  vector: Readonly<Record<string, number>>,
  place: Location | undefined,
  probePoints: ReadonlyMap<string, Location>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(vector).filter(([probePointId, rttMs]) => judgeRtt(rttMs, place, probePoints.get(probePointId)).type === "plausible"),
  );
}
