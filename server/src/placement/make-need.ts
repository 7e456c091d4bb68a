// What a session asks of a node, from its title, its player and what the operator allows. Pure.

import type { PlacementPolicy } from "@nearframe/shared/protocol/client-to-server";
import type { RttVector } from "@nearframe/shared/probe/rtt-vector";
import type { TitleManifest } from "@nearframe/shared/title/manifest";
import type { Location } from "../location/location.ts";
import { latencyLimitMs, TITLE_LATENCY_LIMIT_MS } from "../queue/latency-limit.ts";
import type { PlacementNeed } from "./need.ts";

/** For all sessions of this server. Left out, anything goes. */
export type PlacementRules = {
  readonly countriesAllowed?: readonly string[];
  readonly countriesDenied?: readonly string[];
  /** "US/California" */
  readonly regionsDenied?: readonly string[];
  readonly feeMaxMicros?: number;
};

export type NeedFacts = {
  readonly manifest: Pick<TitleManifest, "id" | "runtime" | "resources" | "size" | "fps" | "placement">;
  readonly policy: PlacementPolicy | undefined;
  readonly waitedMs: number;
  readonly location: Location | undefined;
  readonly rttVector: RttVector;
  readonly excludedNodeIds: readonly string[];
  readonly measuredRttMs?: ReadonlyMap<string, number> | undefined;
};

/** What a picture needs to look clean, H.264, 60 pictures a second: 5.5 Mbit/s at 720p. */
const BITS_PER_PIXEL = 0.1;

export function makeNeed({ manifest, policy, waitedMs, location, rttVector, excludedNodeIds, measuredRttMs }: NeedFacts, rules: PlacementRules): PlacementNeed {
  const { id: titleId, runtime, resources, size, fps, placement = {} } = manifest;
  const latencyCapMs = Math.min(TITLE_LATENCY_LIMIT_MS, placement.latencyMsMax ?? Infinity);
  const countriesAllowed = intersection(rules.countriesAllowed, placement.countriesAllowed);
  const countriesDenied = [...(rules.countriesDenied ?? []), ...(placement.countriesDenied ?? [])];
  const regionsDenied = [...(rules.regionsDenied ?? []), ...(placement.regionsDenied ?? [])];
  const feeMaxMicros = Math.min(rules.feeMaxMicros ?? Infinity, placement.feePerHourMicrosMax ?? Infinity);
  return {
    titleId,
    runtime,
    resources,
    stream: { ...size, fps, bitrateKbps: Math.round((size.width * size.height * fps * BITS_PER_PIXEL) / 1_000) },
    policy: policy ?? "overall",
    latencyLimitMs: latencyLimitMs(waitedMs, latencyCapMs),
    latencyCapMs,
    excludedNodeIds: new Set(excludedNodeIds),
    ...(location && { location }),
    rttVector,
    ...(measuredRttMs && { measuredRttMs }),
    ...(countriesAllowed && { countriesAllowed }),
    ...(countriesDenied.length > 0 && { countriesDenied }),
    ...(regionsDenied.length > 0 && { regionsDenied }),
    ...(feeMaxMicros < Infinity && { feeMaxMicros }),
  };
}

/** Both must allow it; one that says nothing allows all. */
function intersection(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  return a && b ? a.filter((country) => b.includes(country)) : (a ?? b);
}
