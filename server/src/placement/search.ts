// Finds the best nodes for a need without looking at all of them.
//
// Bins are visited nearest first. In each stands a bound: the score of a node that has
// the bin's shortest possible round trip and its best reliability. A node whose fee
// brings even that below what is needed ends its bin, since the rest are dearer. And once
// there are plenty that are as good as anything farther away can be, the search is over, or goes
// on only for those of them where a started copy of the title waits.
// A property test compares the result with what looking at every node would give.

import { BOUND, BOUND_ROW } from "./cells.ts";
import type { Cells } from "./cells.ts";
import { cellOf, createEstimate, rttMsLeastOf } from "./estimate.ts";
import type { CellsInReach } from "./estimate.ts";
import { add, createNodeFilters, sieveNetwork } from "./filters.ts";
import type { Counts } from "./filters.ts";
import type { PassedOver, PlacementNeed, RttSource } from "./need.ts";
import { FACT, ROW } from "./node-table.ts";
import type { NodeTable } from "./node-table.ts";
import { FETCH_FACTOR, boundByPolicy, byPolicy } from "./score.ts";
import type { Experience } from "./score.ts";

/** A score at least this share of the best is as good as the best. */
export const EQUAL_SHARE = 0.97;
/** So many of the best are kept however far apart they are. */
const BEST_KEPT = 8;
/** Enough to draw from that nothing unseen could be better than by `EQUAL_SHARE`. */
const EQUALS_ENOUGH = 64;
/** Enough with a started copy that are as good as anything farther away. */
const WARM_ENOUGH = 8;
/** Enough little-known nodes to draw from. */
const LITTLE_KNOWN_KEPT = 64;

export type Scored = { slot: number; score: number; rttMs: number; rttSource: RttSource; path: number; present: boolean; warm: boolean };

export type SearchResult = {
  /** All that are as good as the best by score, and the few best in any case, which come first and in order. */
  best: Scored[];
  /** Little-known nodes that passed every filter, nearest bins first. Empty unless asked for. */
  littleKnown: Scored[];
  counts: Counts;
};

export function searchNodes(
  nodes: NodeTable,
  cells: Cells,
  need: PlacementNeed,
  experience: Experience,
  wantLittleKnown: boolean,
): SearchResult {
  const counts: Counts = {};
  const { candidates, candidatesCount, present, warm } = sieveNetwork(nodes, need, counts);
  const filters = createNodeFilters(nodes, need);
  const estimate = createEstimate(nodes, need);
  const { facts, bits } = nodes;
  const kept = createKept();
  const littleKnown: Scored[] = [];
  let outscored = 0;
  let looked = 0;
  let equals = 0;
  let warmEquals = 0;

  /** The first filter that refuses a node; if none does, the estimate is of this node. */
  function refuse(slot: number): PassedOver | undefined {
    const tooWeak = filters.capability(slot);
    if (tooWeak) return tooWeak;
    estimate.measure(slot);
    return estimate.rttMsOptimistic > need.latencyLimitMs ? "too-far" : filters.terms(slot);
  }

  function scoreOf(slot: number): number {
    const row = slot * ROW;
    const delayMs = estimate.rttMs + (facts[row + FACT.captureEncodeMs] ?? 0);
    const full = byPolicy(need.policy, experience.at(delayMs), facts[row + FACT.reliability] ?? 0, facts[row + FACT.price] ?? 0, experience.mosAt(delayMs));
    return isSet(present, slot) ? full : full * FETCH_FACTOR;
  }

  const scored = (slot: number, score: number): Scored => ({
    slot,
    score,
    rttMs: estimate.rttMs,
    rttSource: estimate.source,
    path: facts[slot * ROW + FACT.path] ?? 0,
    present: isSet(present, slot),
    warm: warm !== undefined && isSet(warm, slot),
  });

  const reached = estimate.cellsInReach(cells);
  const sum = boundByPolicy(need.policy);
  const best = bestOf(reached, cells, facts);
  const most = (felt: number): number =>
    sum.base +
    sum.experience * felt +
    (sum.reliability + sum.reliabilityTimes * felt) * best.reliability +
    (sum.price + sum.priceTimes * felt) * best.price;
  for (const key of reached) {
    const cell = cellOf(key);
    const rttMsLeast = rttMsLeastOf(key);
    const bounds = cell * BOUND_ROW;
    const felt = experience.at(rttMsLeast + (cells.bounds[bounds + BOUND.captureEncodeMsMin] ?? 0));
    const base = sum.base + sum.experience * felt;
    const perReliability = sum.reliability + sum.reliabilityTimes * felt;
    const perPrice = sum.price + sum.priceTimes * felt;
    const boundOfCell = base + perReliability * (cells.bounds[bounds + BOUND.reliabilityMax] ?? 0);
    /** Nothing here or farther away can beat this by more than equals may differ. */
    const goodEnough = EQUAL_SHARE * most(experience.at(rttMsLeast + best.captureEncodeMs));
    for (const slot of cells.slots[cell] ?? []) {
      if (!isSet(candidates, slot)) continue;
      const looking = wantLittleKnown && littleKnown.length < LITTLE_KNOWN_KEPT;
      const warmHere = warm !== undefined && isSet(warm, slot);
      if (!looking && equals >= EQUALS_ENOUGH) {
        if (!warm || warmEquals >= WARM_ENOUGH) break;
        if (!warmHere) continue;
      }
      const row = slot * ROW;
      const slotPrice = facts[row + FACT.price] ?? 0;
      // The rest of the bin is dearer still.
      if (!looking && boundOfCell + perPrice * slotPrice < kept.least) break;
      looked++;
      const lookFor = looking && bits.littleKnown.has(slot);
      if (!lookFor && base + perReliability * (facts[row + FACT.reliability] ?? 0) + perPrice * slotPrice < kept.least) {
        outscored++;
        continue;
      }
      const refused = refuse(slot);
      if (refused) {
        add(counts, refused, 1);
        continue;
      }
      outscored++;
      const score = scoreOf(slot);
      if (lookFor) littleKnown.push(scored(slot, score));
      if (score < kept.least) continue;
      kept.add(scored(slot, score));
      if (score < goodEnough) continue;
      equals++;
      if (warmHere) warmEquals++;
    }
  }
  // Where nothing was found everybody in reach was looked at.
  add(counts, kept.empty ? "too-far" : "not-looked-at", candidatesCount - looked);
  add(counts, "outscored", outscored);
  return { best: kept.sorted(), littleKnown, counts };
}

/** The best of each that any node in reach has. */
function bestOf(reached: CellsInReach, { bounds, slots }: Cells, facts: Float64Array): { captureEncodeMs: number; reliability: number; price: number } {
  const most = { captureEncodeMs: Infinity, reliability: 0, price: 0 };
  for (const key of reached) {
    const cell = cellOf(key);
    const row = cell * BOUND_ROW;
    most.captureEncodeMs = Math.min(most.captureEncodeMs, bounds[row + BOUND.captureEncodeMsMin] ?? Infinity);
    most.reliability = Math.max(most.reliability, bounds[row + BOUND.reliabilityMax] ?? 0);
    most.price = Math.max(most.price, facts[(slots[cell]?.[0] ?? 0) * ROW + FACT.price] ?? 0);
  }
  return most;
}

/** The best so far, and how good one has to be to be among them at the end. */
function createKept() {
  let found: Scored[] = [];
  let sweepAt = 1_024;
  /** The scores of the few best, worst first. */
  const top: number[] = [];
  const kept = {
    least: -Infinity,
    get empty(): boolean {
      return found.length === 0;
    },
    add(scored: Scored): void {
      found.push(scored);
      if (top.length < BEST_KEPT || scored.score > (top[0] ?? 0)) {
        top.push(scored.score);
        top.sort((a, b) => a - b);
        if (top.length > BEST_KEPT) top.shift();
        if (top.length === BEST_KEPT) kept.least = Math.min(top[0] ?? 0, EQUAL_SHARE * (top[BEST_KEPT - 1] ?? 0));
      }
      // What was good enough early may not be now.
      if (found.length < sweepAt) return;
      found = found.filter(({ score }) => score >= kept.least);
      sweepAt = Math.max(sweepAt, found.length * 2);
    },
    /** The few best in order, then the rest as they were found. */
    sorted(): Scored[] {
      const good = found.filter(({ score }) => score >= kept.least);
      const limit = top[0] ?? 0;
      const first = good.filter(({ score }) => score >= limit).toSorted((a, b) => b.score - a.score || a.rttMs - b.rttMs || a.slot - b.slot);
      const equal = EQUAL_SHARE * (first[0]?.score ?? 0);
      return [...first, ...good.filter(({ score }) => score < limit && score >= equal)];
    },
  };
  return kept;
}

const isSet = (words: Uint32Array, slot: number): boolean => (((words[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;
