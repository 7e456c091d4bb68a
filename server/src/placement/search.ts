// Finds the best nodes for a need without looking at all of them.
//
// Bins are visited nearest first. In each stands a bound: the score of a node that has
// the bin's shortest possible round trip and its best reliability. A node whose fee
// brings even that below what is needed ends its bin, since the rest are dearer. The
// result is what looking at every node would give; a property test compares the two.

import type { Cell } from "./cells.ts";
import { createEstimate } from "./estimate.ts";
import { add, createNodeFilters, sieveNetwork } from "./filters.ts";
import type { Counts } from "./filters.ts";
import type { PassedOver, PlacementNeed, RttSource } from "./need.ts";
import type { NodeColumns } from "./node-columns.ts";
import { FETCH_FACTOR, boundByPolicy, byPolicy } from "./score.ts";
import type { Experience } from "./score.ts";

/** A score at least this share of the best is as good as the best. */
export const EQUAL_SHARE = 0.97;
/** So many of the best are kept however far apart they are. */
const BEST_KEPT = 8;
/** Enough little-known nodes to draw from. */
const LITTLE_KNOWN_KEPT = 64;

export type Scored = { slot: number; score: number; rttMs: number; rttSource: RttSource; path: number };

export type SearchResult = {
  /** All that are as good as the best by score, and the few best in any case; best first. */
  best: Scored[];
  /** Little-known nodes that passed every filter, nearest bins first. Empty unless asked for. */
  littleKnown: Scored[];
  counts: Counts;
};

export function searchNodes(
  nodes: NodeColumns,
  cells: Iterable<Cell>,
  need: PlacementNeed,
  experience: Experience,
  wantLittleKnown: boolean,
): SearchResult {
  const counts: Counts = {};
  const { candidates, candidatesCount, present } = sieveNetwork(nodes, need, counts);
  const filters = createNodeFilters(nodes, need);
  const estimate = createEstimate(nodes, need);
  const { captureEncodeMs, reliability, price, path } = nodes.columns;
  const { bits } = nodes;
  const kept = createKept();
  const littleKnown: Scored[] = [];
  let outscored = 0;
  let inReach = 0;

  /** The first filter that refuses a node; if none does, the estimate is of this node. */
  function refuse(slot: number): PassedOver | undefined {
    const tooWeak = filters.capability(slot);
    if (tooWeak) return tooWeak;
    estimate.measure(slot);
    return estimate.rttMsOptimistic > need.latencyLimitMs ? "too-far" : filters.terms(slot);
  }

  function scoreOf(slot: number): number {
    const delayMs = estimate.rttMs + (captureEncodeMs[slot] ?? 0);
    const full = byPolicy(need.policy, experience.at(delayMs), reliability[slot] ?? 0, price[slot] ?? 0, experience.mosAt(delayMs));
    return isSet(present, slot) ? full : full * FETCH_FACTOR;
  }

  const scored = (slot: number, score: number): Scored => ({
    slot,
    score,
    rttMs: estimate.rttMs,
    rttSource: estimate.source,
    path: path[slot] ?? 0,
  });

  for (const { cell, rttMsLeast } of estimate.cellsInReach(cells)) {
    const bound = boundByPolicy(need.policy, experience.at(rttMsLeast));
    const { slots } = cell;
    const boundOfBest = bound.base + bound.perReliability * cell.reliabilityMax;
    let index = 0;
    for (; index < slots.length; index++) {
      const slot = slots[index] ?? 0;
      const slotPrice = price[slot] ?? 0;
      const looking = wantLittleKnown && littleKnown.length < LITTLE_KNOWN_KEPT;
      // The rest of the bin is dearer still.
      if (!looking && boundOfBest + bound.perPrice * slotPrice < kept.least) break;
      if (!isSet(candidates, slot)) continue;
      inReach++;
      const lookFor = looking && bits.littleKnown.has(slot);
      if (!lookFor && bound.base + bound.perReliability * (reliability[slot] ?? 0) + bound.perPrice * slotPrice < kept.least) {
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
      if (score >= kept.least) kept.add(scored(slot, score));
    }
    const unseen = countCandidates(candidates, slots, index);
    inReach += unseen;
    outscored += unseen;
  }
  add(counts, "too-far", candidatesCount - inReach);
  add(counts, "outscored", outscored);
  return { best: kept.sorted(), littleKnown, counts };
}

/** The best so far, and how good one has to be to be among them at the end. */
function createKept() {
  let found: Scored[] = [];
  /** The scores of the few best, worst first. */
  const top: number[] = [];
  const kept = {
    least: -Infinity,
    add(scored: Scored): void {
      found.push(scored);
      if (top.length < BEST_KEPT || scored.score > (top[0] ?? 0)) {
        top.push(scored.score);
        top.sort((a, b) => a - b);
        if (top.length > BEST_KEPT) top.shift();
        if (top.length === BEST_KEPT) kept.least = Math.min(top[0] ?? 0, EQUAL_SHARE * (top[BEST_KEPT - 1] ?? 0));
      }
      // What was good enough early may not be now.
      if (found.length > 2_048) found = found.filter(({ score }) => score >= kept.least);
    },
    /** Best first; of equals the nearer, then in any fixed order. */
    sorted(): Scored[] {
      const sorted = found
        .filter(({ score }) => score >= kept.least)
        .toSorted((a, b) => b.score - a.score || a.rttMs - b.rttMs || a.slot - b.slot);
      const best = sorted[0]?.score ?? 0;
      return sorted.filter(({ score }, index) => index < BEST_KEPT || score >= EQUAL_SHARE * best);
    },
  };
  return kept;
}

const isSet = (words: Uint32Array, slot: number): boolean => (((words[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;

function countCandidates(candidates: Uint32Array, slots: readonly number[], from: number): number {
  let count = 0;
  for (let index = from; index < slots.length; index++) {
    const slot = slots[index] ?? 0;
    count += ((candidates[slot >>> 5] ?? 0) >>> (slot & 31)) & 1;
  }
  return count;
}
