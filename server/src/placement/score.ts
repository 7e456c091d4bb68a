// How good a node is for a session: three terms from 0 to 1, and a policy that weighs
// them. Pure; the index calls this for one node at a time.
//
// The terms start from the reference's formulas and differ where those would place badly:
//   experience  The reference divides all of MOS. Play below 3.1 is sold to nobody, so that
//               part of the scale is alike for every candidate and only hides how they
//               differ: over 40 ms it would move the index by 3 %, less than the draw among
//               equals forgives. Here 0 is MOS 3.1 and 1 is what the stream is worth with no delay.
//   reliability A Wilson bound alone gives ten flawless sessions 0.72 and ten thousand
//               1.0: twice as much as the whole span of latency. Every node starts with
//               some sessions of an average one, so that the bound speaks of it, not of its age.
//   price       As the reference has it.

import { UNKNOWN_SCORE } from "@nearframe/shared/checking/scores";
import { scoreGaming } from "@nearframe/shared/qoe/g1072";
import type { PlacementNeed, PlacementPolicy } from "./need.ts";

/** Below this a minute is "bad" (shared/src/qoe/score-minute.ts). */
const MOS_UNUSABLE = 3.1;
/** The cheapest policy takes nothing that is felt to be worse than acceptable, while there is any. */
export const MOS_ACCEPTABLE = 3.6;

export const WEIGHTS = { experience: 0.55, reliability: 0.25, price: 0.2 } as const;

/** A node that has to fetch the title first starts it later: of equals the one that has it. */
export const FETCH_FACTOR = 0.9;

/** Assumed of a node whose sessions have not told yet; the pipeline's own figure is 5 to 9 ms (docs/latency-budget.md). */
export const CAPTURE_ENCODE_MS_UNKNOWN = 10;

export type Experience = {
  /** Opinion score at this delay: network round trip and the node's capture and encoding. */
  mosAt(delayMs: number): number;
  /** The term: 0 where play is unusable, 1 with no delay at all. Falls with delay. */
  at(delayMs: number): number;
};

const STEP_MS = 0.25;
const DELAY_MS_MAX = 400;
const DEFAULT_STREAM = { width: 1280, height: 720, fps: 60, bitrateKbps: 12_000 } as const;

/** A table, since one placement asks it thousands of times. */
export function createExperience(need: Pick<PlacementNeed, "stream" | "quality">): Experience {
  const { width, height, fps, bitrateKbps } = need.stream ?? DEFAULT_STREAM;
  const quality = need.quality ?? { interaction: "high", complexity: "high" };
  const mos = Float64Array.from({ length: DELAY_MS_MAX / STEP_MS + 1 }, (_, index) =>
    scoreGaming({
      bitrateMbps: bitrateKbps / 1_000,
      fps,
      pixels: width * height,
      delayMs: index * STEP_MS,
      loss: { kind: "frames", lossPercent: 0 },
      slicedLossPercent: 0,
      ...quality,
    }).mos,
  );
  const best = mos[0] ?? MOS_UNUSABLE;
  // A stream that is poor even without delay still has better and worse nodes.
  const floor = Math.min(MOS_UNUSABLE, best - 0.5);
  const terms = mos.map((value) => Math.max(0, (value - floor) / (best - floor)));
  const indexAt = (delayMs: number): number => Math.min(mos.length - 1, Math.max(0, Math.round(delayMs / STEP_MS)));
  return { mosAt: (delayMs) => mos[indexAt(delayMs)] ?? 0, at: (delayMs) => terms[indexAt(delayMs)] ?? 0 };
}

/** What decides the table above. */
export function experienceKey({ stream, quality }: Pick<PlacementNeed, "stream" | "quality">): string {
  const { width, height, fps, bitrateKbps } = stream ?? DEFAULT_STREAM;
  return [width, height, fps, bitrateKbps, quality?.interaction, quality?.complexity].join();
}

/** One-sided 95 %. */
const WILSON_Z = 1.645;
/** So many sessions of an average node are what a new one starts with. */
const PRIOR_SESSIONS = 30;
const PRIOR_SUCCESS = 0.98;

/**
 * How surely a session goes well here: ends for a reason that the host need not bear, on a node that checks have
 * not found wanting. They only take away, so that who has not been checked yet is no better off than who has passed.
 */
export function reliabilityOf(record: {
  sessionsEnded: number; sessionsFailedByHost: number; uptimeShare: number; checked?: { performance: number; honesty: number } | undefined;
}): number {
  const sessions = record.sessionsEnded + PRIOR_SESSIONS;
  const failed = Math.min(record.sessionsEnded, record.sessionsFailedByHost) + PRIOR_SESSIONS * (1 - PRIOR_SUCCESS);
  const { performance, honesty } = record.checked ?? { performance: UNKNOWN_SCORE, honesty: 1 };
  return wilsonLowerBound(sessions - failed, sessions) * record.uptimeShare * honesty * Math.min(1, performance + UNKNOWN_SCORE);
}

export function wilsonLowerBound(successes: number, trials: number): number {
  if (trials <= 0) return 0;
  const share = successes / trials;
  const z2 = WILSON_Z * WILSON_Z;
  const spread = WILSON_Z * Math.sqrt((share * (1 - share) + z2 / (4 * trials)) / trials);
  return Math.max(0, (share + z2 / (2 * trials) - spread) / (1 + z2 / trials));
}

/** What nodes ask, over the network. */
export type Market = { readonly feeMinMicros: number; readonly feeMedianMicros: number };

/** 1 for the cheapest; every median more is worth 1/e. */
export function priceOf(feeMicros: number, market: Market): number {
  const scale = market.feeMedianMicros > 0 ? market.feeMedianMicros : 1;
  return Math.exp(-Math.max(0, feeMicros - market.feeMinMicros) / scale);
}

export type Terms = { experience: number; reliability: number; price: number; mos: number; titlePresent: boolean };

/**
 * What a policy sorts by, 0 to 1. It grows with every term, so that putting the best
 * possible value of a term in gives a bound: the index relies on that.
 */
export function scoreNode(policy: PlacementPolicy, terms: Terms): number {
  const score = byPolicy(policy, terms.experience, terms.reliability, terms.price, terms.mos);
  return terms.titlePresent ? score : score * FETCH_FACTOR;
}

/** The same without an object, for the index. */
export function byPolicy(policy: PlacementPolicy, experience: number, reliability: number, price: number, mos: number): number {
  switch (policy) {
    case "overall":
      return WEIGHTS.experience * experience + WEIGHTS.reliability * reliability + WEIGHTS.price * price;
    case "best-experience":
      return experience * reliability;
    case "lowest-fee": {
      // Of equally cheap ones the one that feels better.
      const score = price * (0.9 + 0.1 * experience);
      return mos >= MOS_ACCEPTABLE ? 0.001 + 0.999 * score : 0.001 * score;
    }
  }
}

/**
 * The policies as sums, for bounds. With experience e, reliability r and price p, a score is
 * never more than
 * `base + experience * e + (reliability + reliabilityTimes * e) * r + (price + priceTimes * e) * p`.
 */
export type BoundSum = {
  readonly base: number;
  readonly experience: number;
  readonly reliability: number;
  readonly reliabilityTimes: number;
  readonly price: number;
  readonly priceTimes: number;
};

export function boundByPolicy(policy: PlacementPolicy): BoundSum {
  const nothing = { base: 0, experience: 0, reliability: 0, reliabilityTimes: 0, price: 0, priceTimes: 0 };
  switch (policy) {
    case "overall":
      return { ...nothing, ...WEIGHTS };
    case "best-experience":
      return { ...nothing, reliabilityTimes: 1 };
    case "lowest-fee":
      return { ...nothing, base: 0.001, price: 0.999 * 0.9, priceTimes: 0.999 * 0.1 };
  }
}
