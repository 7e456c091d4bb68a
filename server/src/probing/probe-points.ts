// The network's common probe points: those that the operator named, and this process itself,
// whose round trip to a peer the server measures by its own pings. What a far end says of its
// round trips is a claim: it counts for points that are known, and where light allows it.

import type { ProbePoint, RttVector } from "@nearframe/shared/probe/rtt-vector";
import type { Anchor } from "../location/bound-by-measurements.ts";
import { plausibleVector } from "../location/light-speed.ts";
import type { Location } from "../location/location.ts";

/** `place`: where it stands, if the operator said so. */
export type PlacedProbePoint = ProbePoint & { readonly place?: Location };

/** A server measures this by itself, so nobody else may speak of it. */
export const serverPoint = (serverId: string): string => `server:${serverId}`;

export type ProbePoints = ReturnType<typeof createProbePoints>;

export function createProbePoints(
  points: readonly PlacedProbePoint[],
  { serverId, serverPlace }: { serverId: string; serverPlace?: Location | undefined },
) {
  const places = new Map(points.flatMap(({ id, place }) => (place ? [[id, place] as const] : [])));
  const ids = new Set(points.map(({ id }) => id));
  const here = serverPoint(serverId);

  return {
    /** What players and nodes are asked to measure. */
    asked: points.map(({ id, url }): ProbePoint => ({ id, url })),
    /** What a far end claims, and what this process measured of it. */
    join(claimed: RttVector, measuredMs: number | undefined): RttVector {
      const known = Object.entries(claimed).filter(([id]) => ids.has(id));
      return { ...Object.fromEntries(known), ...(measuredMs !== undefined && { [here]: measuredMs }) };
    },
    /** Without claims that can't be, by where the address says that the far end is. */
    believe: (vector: RttVector, byAddress: Location | undefined): RttVector => plausibleVector(vector, byAddress, places),
    /** What of it bounds where the far end is: nobody can answer this process sooner than light brings the question. */
    anchors(believed: RttVector): Anchor[] {
      return Object.entries(believed).flatMap(([id, rttMs]) => {
        const location = id === here ? serverPlace : places.get(id);
        return location ? [{ location, rttMs }] : [];
      });
    },
  };
}

export const NO_PROBE_POINTS: ProbePoints = createProbePoints([], { serverId: "" });

/** Whether a new figure is worth telling the others of. */
export function differs(beforeMs: number | undefined, nowMs: number | undefined): boolean {
  if (beforeMs === undefined || nowMs === undefined) return beforeMs !== nowMs;
  return Math.abs(nowMs - beforeMs) > Math.max(2, beforeMs / 5);
}
