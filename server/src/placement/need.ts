// What a session needs of a node, and what a shortlist of nodes is.

import type { PlacementPolicy } from "@nearframe/shared/protocol/client-to-server";
import type { TitleQualityClass } from "@nearframe/shared/qoe/score-minute";
import type { Runtime, TitleManifest } from "@nearframe/shared/title/manifest";
import type { Location } from "../location/location.ts";

export type { PlacementPolicy } from "@nearframe/shared/protocol/client-to-server";

export type PlacementNeed = {
  readonly titleId: string;
  readonly runtime: Runtime;
  readonly resources: Pick<TitleManifest["resources"], "cpuCores" | "memoryMb" | "gpu">;
  /** What will be streamed. Left out: scored as 720p at 60 frames a second, and no network is too slow. */
  readonly stream?: { readonly width: number; readonly height: number; readonly fps: number; readonly bitrateKbps: number };
  /** How much the title suffers from delay and how hard its picture is. Left out: the strictest. */
  readonly quality?: TitleQualityClass;
  readonly policy: PlacementPolicy;
  /** `latencyLimitMs()` of the line says it for a session that has waited. Network round trip. */
  readonly latencyLimitMs: number;
  readonly feeMaxMicros?: number;
  /** The most that the title allows however long the player waits: whether waiting can help. Left out: any. */
  readonly latencyCapMs?: number;
  /** Left out: nobody knows where the player is, so distance rules no node out. */
  readonly location?: Location;
  /** Round trips that the player measured to the network's common probe points. */
  readonly rttVector?: Readonly<Record<string, number>>;
  /** Round trips between this player and a node that a media path has shown, by node. */
  readonly measuredRttMs?: ReadonlyMap<string, number>;
  /** Residency: ISO 3166-1 alpha-2. Left out: any country; a node of unknown country is then fine too. */
  readonly countriesAllowed?: readonly string[];
  readonly countriesDenied?: readonly string[];
  /** As in a node's location, behind its country: "US/California". */
  readonly regionsDenied?: readonly string[];
  /** Nodes that have just failed this session, or that its player may not use. */
  readonly excludedNodeIds?: ReadonlySet<string>;
};

/**
 * Why a node was not taken. The filters come in this order, and a node counts under the first
 * that it fails. One exception: what lies wholly beyond the player's reach is not looked at,
 * or every placement would have to look at the whole world; where nothing is found it counts as too far.
 */
export const PASSED_OVER = [
  /** Excluded by the session. */
  "excluded",
  /** Not in a state in which it takes sessions, or no slot free. */
  "not-standby",
  "no-free-slot",
  "runtime-not-supported",
  "title-not-here",
  "hardware-too-small",
  /** Its uplink or encoders can't carry the stream. */
  "network-too-slow",
  /** By distance or measurement beyond the latency limit. */
  "too-far",
  "too-dear",
  "country-not-allowed",
  "region-denied",
  /** It passed every filter; others were better, or another of its site is on the list. */
  "outscored",
  /** Others were found that it could not beat by more than equals may differ, or it is beyond reach. */
  "not-looked-at",
] as const;
export type PassedOver = (typeof PASSED_OVER)[number];

/** How a node's round trip to the player is known. */
export type RttSource = "measured" | "vectors" | "distance" | "unknown";

/** The parts of a score, each 0 to 1, and what they were made of. */
export type ScoreTerms = {
  /** How play will feel: G.1072 over the range in which play is sold at all. */
  readonly experience: number;
  /** How surely a session ends well here. */
  readonly reliability: number;
  readonly price: number;
  readonly mos: number;
  readonly rttMs: number;
  readonly rttSource: RttSource;
  readonly captureEncodeMs: number;
  /** The title is here and need not be fetched. */
  readonly titlePresent: boolean;
  /** A started copy of it waits for the next player. */
  readonly titleWarm: boolean;
};

/** Why a node is on the list. */
export type ChosenBecause =
  /** No other has a higher score. */
  | "best-score"
  /** As good as the best, and a started copy of the title waits there. */
  | "warm-copy"
  /** Drawn among those that are as good as the best. */
  | "drawn-among-equals"
  /** A share of the draws goes to nodes with few sessions, so that they become known. */
  | "little-known"
  /** The next best at another site or of another operator: another path to measure. */
  | "other-path"
  | "next-best";

export type RankedNode = {
  readonly nodeId: string;
  /** What the policy sorts by, 0 to 1. */
  readonly score: number;
  readonly terms: ScoreTerms;
  readonly because: ChosenBecause;
  /** The same for a person: one sentence with the figures. */
  readonly reasons: readonly string[];
};

export type PassedOverCounts = Readonly<Partial<Record<PassedOver, number>>>;

export type Shortlist =
  /** Best first, at least one, at most `CANDIDATES_MAX`. */
  | { readonly type: "shortlist"; readonly candidates: readonly RankedNode[]; readonly passedOver: PassedOverCounts }
  /** `canRun` tells a full network from one that could never run it. */
  | { readonly type: "none"; readonly canRun: boolean; readonly passedOver: PassedOverCounts };

/** As many as the player probes at once. */
export const CANDIDATES_MAX = 3;
