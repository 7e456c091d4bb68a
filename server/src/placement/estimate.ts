// One player's round trips to the nodes of the columns, and the bins that are near
// enough to be worth a look. Made for one placement; keeps its last answer in fields,
// because it is asked thousands of times.

import { reachKm, rttMsMin } from "../location/light-speed.ts";
import { EARTH_RADIUS_KM } from "../location/location.ts";
import { arcKm, unitPoint } from "./cells.ts";
import type { Cell } from "./cells.ts";
import type { PlacementNeed, RttSource } from "./need.ts";
import type { NodeColumns } from "./node-columns.ts";
import { combineRtt, expectedReachKm, rttMsByDistance } from "./rtt-estimate.ts";

/** Assumed where nothing is known of either end: no worse than what would be accepted. */
const RTT_MS_UNKNOWN = 40;

export type CellInReach = { readonly cell: Cell; /** No node of the bin can be estimated nearer. */ readonly rttMsLeast: number };

export function createEstimate(nodes: NodeColumns, need: PlacementNeed) {
  const { columns, bits, rtt } = nodes;
  const player = need.location ? { ...unitPoint(need.location), accuracyKm: need.location.accuracyKm } : undefined;
  const vector = Object.entries(need.rttVector ?? {}).flatMap(([probePointId, aMs]) => {
    const column = rtt.get(probePointId);
    return column ? [{ probePointId, aMs, column }] : [];
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
      for (const { aMs, column } of vector) {
        const bMs = column[slot] ?? Number.NaN;
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
      const km = arcKm((columns.x[slot] ?? 0) - player.x, (columns.y[slot] ?? 0) - player.y, (columns.z[slot] ?? 0) - player.z);
      const uncertaintyKm = player.accuracyKm + (columns.accuracyKm[slot] ?? 0);
      const nearestKm = Math.max(0, km - uncertaintyKm);
      const floorMs = rttMsMin(nearestKm);
      estimate.source = mostMs === Infinity ? "distance" : "vectors";
      estimate.rttMsOptimistic = Math.max(floorMs, combineRtt(rttMsByDistance(nearestKm, 0), leastMs, mostMs));
      estimate.rttMs = Math.max(floorMs, combineRtt(rttMsByDistance(km, uncertaintyKm), leastMs, mostMs));
    },

    /** Nearest first. */
    cellsInReach(cells: Iterable<Cell>): CellInReach[] {
      const reached: CellInReach[] = [];
      const reach = bound === "distance" ? expectedReachKm(need.latencyLimitMs) : reachKm(need.latencyLimitMs);
      for (const cell of cells) {
        const rttMsLeast = leastOf(cell, reach);
        if (rttMsLeast !== undefined) reached.push({ cell, rttMsLeast });
      }
      return sortByRtt(reached);
    },
  };

  /** Undefined where the whole bin is beyond reach. */
  function leastOf(cell: Cell, reach: number): number | undefined {
    const { centre, radiusKm, accuracyKmMax } = cell;
    if (!player || !centre) {
      if (bound === "vectors") return Math.min(assumedMs, mostOf(cell));
      return player || bound === "light" ? 0 : assumedMs;
    }
    const dx = centre.x - player.x;
    const dy = centre.y - player.y;
    const dz = centre.z - player.z;
    // The straight line is shorter than the arc: most of the world is out of the question without a sine.
    const chord = (reach + radiusKm + player.accuracyKm + accuracyKmMax) / EARTH_RADIUS_KM;
    if (dx * dx + dy * dy + dz * dz > chord * chord) return undefined;
    const km = Math.max(0, arcKm(dx, dy, dz) - radiusKm);
    const nearestKm = Math.max(0, km - player.accuracyKm - accuracyKmMax);
    if (nearestKm > reach) return undefined;
    if (bound === "distance") return rttMsByDistance(km, player.accuracyKm);
    const floorMs = rttMsMin(nearestKm);
    if (bound === "light") return floorMs;
    // `combineRtt` gives the distance's expectation, or what a common probe point allows where that is less.
    const mostMs = mostOf(cell);
    if (Math.max(floorMs, Math.min(rttMsByDistance(nearestKm, 0), mostMs)) > need.latencyLimitMs) return undefined;
    return Math.max(floorMs, Math.min(rttMsByDistance(km, player.accuracyKm), mostMs));
  }

  /** No node of the bin has a shorter way by a probe point. */
  function mostOf({ rttMsMin: leastTo }: Cell): number {
    let mostMs = Infinity;
    for (const { probePointId, aMs } of vector) mostMs = Math.min(mostMs, aMs + (leastTo.get(probePointId) ?? Infinity));
    return mostMs;
  }

  return estimate;
}

/** PERF: numbers sort four times faster than objects with a comparison; each carries its index in its last digits. */
function sortByRtt(reached: readonly CellInReach[]): CellInReach[] {
  const keys = Float64Array.from(reached, ({ rttMsLeast }, index) => Math.round(rttMsLeast * 1_000) * KEY_INDEX + index).sort();
  return Array.from(keys, (key) => reached[key % KEY_INDEX]).filter((cell) => cell !== undefined);
}
/** More than there are bins in the world. */
const KEY_INDEX = 2 ** 16;
