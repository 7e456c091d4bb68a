// Where a player or node is, by its address, its time zone and the round trips that it and this
// process measured.

import type { RttVector } from "@nearframe/shared/probe/rtt-vector";
import type { Anchor } from "../location/bound-by-measurements.ts";
import type { Location } from "../location/location.ts";
import type { ProbePoints } from "./probe-points.ts";

export type FarEnd = { readonly address: string | undefined; readonly timeZone: string | undefined; readonly rttVector: RttVector };
/** Where it is, and which of its round trips are believed. */
export type Placed = { readonly location: Location | undefined; readonly rttVector: RttVector };

export type Locate = (place: { address: string | undefined; timeZone: string | undefined; anchors?: readonly Anchor[] }) => Location | undefined;

/**
 * What is claimed is held against the place of the address first: a node that tells of impossible
 * round trips is not moved by them. What remains bounds the place.
 */
export function placeFarEnd({ address, timeZone, rttVector }: FarEnd, locate: Locate, points: ProbePoints): Placed {
  const byAddress = locate({ address, timeZone });
  const believed = points.believe(rttVector, byAddress);
  const anchors = points.anchors(believed);
  return { location: anchors.length === 0 ? byAddress : locate({ address, timeZone, anchors }), rttVector: believed };
}
