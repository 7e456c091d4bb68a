// One player's round trips to the nodes of the table, and the bins that are near
// enough to be worth a look. Made for one placement; keeps its last answer in fields,
// because it is asked thousands of times.

import { reachKm, rttMsMin } from "../location/light-speed.ts";
import { EARTH_RADIUS_KM } from "../location/location.ts";
import { BOUND, BOUND_ROW, arcKm, unitPoint } from "./cells.ts";
import type { Cells } from "./cells.ts";
import type { PlacementNeed, RttSource } from "./need.ts";
import { FACT, ROW } from "./node-table.ts";
import type { NodeTable } from "./node-table.ts";
import { combineRtt, expectedReachKm, rttMsByDistance } from "./rtt-estimate.ts";

/** Assumed where nothing is known of either end: no worse than what would be accepted. */
const RTT_MS_UNKNOWN = 40;

/**
 * Bins that are worth a look, nearest first, each as one number: `cellOf` it, and the least that a
 * round trip to a node of it can be estimated at.
 *
 * PERF: numbers sort four times faster than objects with a comparison.
 */
export type CellsInReach = Float64Array;
/** More than there are bins in the world. */
const KEY_CELLS = 2 ** 16;
const STEPS_A_MS = 1_000;
export const cellOf = (key: number): number => key % KEY_CELLS;
export const rttMsLeastOf = (key: number): number => Math.floor(key / KEY_CELLS) / STEPS_A_MS;

export function createEstimate(nodes: NodeTable, need: PlacementNeed) {
  const { facts, bits, rttMs: rttsMs, rttRow, probePoints } = nodes;
  const player = need.location ? { ...unitPoint(need.location), accuracyKm: need.location.accuracyKm } : undefined;
  const vector = Object.entries(need.rttVector ?? {}).flatMap(([probePointId, aMs]) => {
    const point = probePoints.get(probePointId);
    return point === undefined ? [] : [{ aMs, point }];
  });
  const measured = new Map<number, number>();
  for (const [nodeId, rttMs] of need.measuredRttMs ?? []) {
    const slot = nodes.slotOf.get(nodeId);
    if (slot !== undefined) measured.set(slot, rttMs);
  }
  const assumedMs = Math.min(need.latencyLimitMs, RTT_MS_UNKNOWN);
  /** What bounds an estimate from below: of a node that was measured only light does. */
  const bound = measured.size > 0 ? "light" : vector.length > 0 ? "vectors" : "distance";

  const estimate = {
    source: "unknown" as RttSource,
    rttMs: 0,
    /** The least that it may turn out to be: what the latency limit is held against. */
    rttMsOptimistic: 0,

    /** Sets the three fields above. */
    measure(slot: number): void {
      const measuredMs = measured.get(slot);
      if (measuredMs !== undefined) {
        estimate.source = "measured";
        estimate.rttMsOptimistic = measuredMs;
        estimate.rttMs = measuredMs;
        return;
      }
      let leastMs = 0;
      let mostMs = Infinity;
      for (const { aMs, point } of vector) {
        const bMs = rttsMs[slot * rttRow + point] ?? Number.NaN;
        if (Number.isNaN(bMs)) continue;
        leastMs = Math.max(leastMs, Math.abs(aMs - bMs));
        mostMs = Math.min(mostMs, aMs + bMs);
      }
      if (!player || !bits.located.has(slot)) {
        estimate.source = mostMs === Infinity ? "unknown" : "vectors";
        estimate.rttMsOptimistic = leastMs;
        estimate.rttMs = mostMs === Infinity ? assumedMs : mostMs;
        return;
      }
      const row = slot * ROW;
      const km = arcKm((facts[row + FACT.x] ?? 0) - player.x, (facts[row + FACT.y] ?? 0) - player.y, (facts[row + FACT.z] ?? 0) - player.z);
      const uncertaintyKm = player.accuracyKm + (facts[row + FACT.accuracyKm] ?? 0);
      const nearestKm = Math.max(0, km - uncertaintyKm);
      const floorMs = rttMsMin(nearestKm);
      estimate.source = mostMs === Infinity ? "distance" : "vectors";
      estimate.rttMsOptimistic = Math.max(floorMs, combineRtt(rttMsByDistance(nearestKm, 0), leastMs, mostMs));
      estimate.rttMs = Math.max(floorMs, combineRtt(rttMsByDistance(km, uncertaintyKm), leastMs, mostMs));
    },

    cellsInReach(cells: Cells): CellsInReach {
      const keys: number[] = [];
      const reach = bound === "distance" ? expectedReachKm(need.latencyLimitMs) : reachKm(need.latencyLimitMs);
      for (let cell = 0; cell < cells.slots.length; cell++) {
        if (cells.slots[cell]?.length === 0) continue;
        const rttMsLeast = leastOf(cells, cell, reach);
        if (rttMsLeast !== undefined) keys.push(Math.floor(rttMsLeast * STEPS_A_MS) * KEY_CELLS + cell);
      }
      return Float64Array.from(keys).sort();
    },
  };

  /** Undefined where the whole bin is beyond reach. */
  function leastOf(cells: Cells, cell: number, reach: number): number | undefined {
    const { bounds } = cells;
    const row = cell * BOUND_ROW;
    const x = bounds[row + BOUND.x] ?? Number.NaN;
    if (!player || Number.isNaN(x)) {
      if (bound === "vectors") return Math.min(assumedMs, mostOf(cells, cell));
      return player || bound === "light" ? 0 : assumedMs;
    }
    const dx = x - player.x;
    const dy = (bounds[row + BOUND.y] ?? 0) - player.y;
    const dz = (bounds[row + BOUND.z] ?? 0) - player.z;
    const radiusKm = bounds[row + BOUND.radiusKm] ?? 0;
    const accuracyKm = player.accuracyKm + (bounds[row + BOUND.accuracyKmMax] ?? 0);
    // The straight line is shorter than the arc: most of the world is out of the question without a sine.
    const chord = (reach + radiusKm + accuracyKm) / EARTH_RADIUS_KM;
    if (dx * dx + dy * dy + dz * dz > chord * chord) return undefined;
    const km = Math.max(0, arcKm(dx, dy, dz) - radiusKm);
    const nearestKm = Math.max(0, km - accuracyKm);
    if (nearestKm > reach) return undefined;
    if (bound === "distance") return rttMsByDistance(km, player.accuracyKm);
    const floorMs = rttMsMin(nearestKm);
    if (bound === "light") return floorMs;
    // `combineRtt` gives the distance's expectation, or what a common probe point allows where that is less.
    const mostMs = mostOf(cells, cell);
    if (Math.max(floorMs, Math.min(rttMsByDistance(nearestKm, 0), mostMs)) > need.latencyLimitMs) return undefined;
    return Math.max(floorMs, Math.min(rttMsByDistance(km, player.accuracyKm), mostMs));
  }

  /** No node of the bin has a shorter way by a probe point. */
  function mostOf(cells: Cells, cell: number): number {
    let mostMs = Infinity;
    for (const { point, aMs } of vector) mostMs = Math.min(mostMs, aMs + cells.rttMsLeast(cell, point));
    return mostMs;
  }

  return estimate;
}
