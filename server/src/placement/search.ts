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
import type { PlacementNeed, RttSource } from "./need.ts";
import type { NodeColumns } from "./node-columns.ts";
import { FETCH_FACTOR, byPolicy, priceOf } from "./score.ts";
import type { Experience, Market } from "./score.ts";

/** A score at least this share of the best is as good as the best. */
export const EQUAL_SHARE = 0.97;
/** So many of the best are kept however far apart they are. */
const BEST_KEPT = 8;
/** Enough little-known nodes to draw from. */
const LITTLE_KNOWN_KEPT = 64;

export type Scored = { slot: number; score: number; rttMs: number; rttSource: RttSource };

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
  market: Market,
  wantLittleKnown: boolean,
): SearchResult {
  const counts: Counts = {};
  const { candidates, candidatesCount, present } = sieveNetwork(nodes, need, counts);
  const filters = createNodeFilters(nodes, need);
  const estimate = createEstimate(nodes, need);
  const { columns, bits } = nodes;
  const isSet = (words: Uint32Array, slot: number): boolean => (((words[slot >>> 5] ?? 0) >>> (slot & 31)) & 1) === 1;

  let found: Scored[] = [];
  const littleKnown: Scored[] = [];
  /** The scores of the few best, worst first. */
  const top: number[] = [];
  let least = -Infinity;
  let outscored = 0;
  let inReach = 0;

  function keep(scored: Scored): void {
    found.push(scored);
    if (top.length < BEST_KEPT || scored.score > (top[0] ?? 0)) {
      top.push(scored.score);
      top.sort((a, b) => a - b);
      if (top.length > BEST_KEPT) top.shift();
      if (top.length === BEST_KEPT) least = Math.min(top[0] ?? 0, EQUAL_SHARE * (top[BEST_KEPT - 1] ?? 0));
    }
    // What was good enough early may not be now.
    if (found.length > 4_096) found = found.filter(({ score }) => score >= least);
  }

  function scoreOf(slot: number, rttMs: number): number {
    const delayMs = rttMs + (columns.captureEncodeMs[slot] ?? 0);
    const score = byPolicy(
      need.policy,
      experience.at(delayMs),
      columns.reliability[slot] ?? 0,
      priceOf(columns.feeMicros[slot] ?? 0, market),
      experience.mosAt(delayMs),
    );
    return isSet(present, slot) ? score : score * FETCH_FACTOR;
  }

  for (const { cell, rttMsLeast } of estimate.cellsInReach(cells)) {
    const experienceMax = experience.at(rttMsLeast);
    const mosMax = experience.mosAt(rttMsLeast);
    const boundAt = (reliability: number, feeMicros: number): number =>
      byPolicy(need.policy, experienceMax, reliability, priceOf(feeMicros, market), mosMax);
    let exhausted = false;
    for (const slot of cell.slots) {
      if (!isSet(candidates, slot)) continue;
      inReach++;
      if (exhausted) {
        outscored++;
        continue;
      }
      const lookFor = wantLittleKnown && littleKnown.length < LITTLE_KNOWN_KEPT && bits.littleKnown.has(slot);
      const feeMicros = columns.feeMicros[slot] ?? 0;
      if (!lookFor && boundAt(columns.reliability[slot] ?? 0, feeMicros) < least) {
        outscored++;
        // The rest of the bin is dearer still, and only counted; unless it is searched for the little known.
        exhausted = boundAt(cell.reliabilityMax, feeMicros) < least && !(wantLittleKnown && littleKnown.length < LITTLE_KNOWN_KEPT);
        continue;
      }
      const tooWeak = filters.capability(slot);
      if (tooWeak) {
        add(counts, tooWeak, 1);
        continue;
      }
      const rttMs = estimate.rttMs(slot);
      if (estimate.rttMsOptimistic > need.latencyLimitMs) {
        add(counts, "too-far", 1);
        continue;
      }
      const refused = filters.terms(slot);
      if (refused) {
        add(counts, refused, 1);
        continue;
      }
      const scored = { slot, score: scoreOf(slot, rttMs), rttMs, rttSource: estimate.source };
      if (lookFor) littleKnown.push(scored);
      if (scored.score >= least) keep(scored);
      outscored++;
    }
  }
  add(counts, "too-far", candidatesCount - inReach);
  add(counts, "outscored", outscored);
  return { best: finish(found), littleKnown, counts };
}

/** Best first; of equals the nearer, then in any fixed order. */
function finish(found: readonly Scored[]): Scored[] {
  const sorted = found.toSorted((a, b) => b.score - a.score || a.rttMs - b.rttMs || a.slot - b.slot);
  const best = sorted[0]?.score ?? 0;
  return sorted.filter(({ score }, index) => index < BEST_KEPT || score >= EQUAL_SHARE * best);
}
