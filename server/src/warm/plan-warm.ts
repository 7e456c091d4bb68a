// Which nodes keep which titles warm: what `queue/warm-pool.ts` asks for in each region, laid
// on the nodes there. Pure; every process computes the same, and tells its own nodes.

import { createHash } from "node:crypto";
import type { Title } from "@nearframe/shared/title/manifest";
import { isSchedulable, type NodeRecord } from "../nodes/node-record.ts";
import { warmTargets, type Demand, type RegionCapacity } from "../queue/warm-pool.ts";

export type WarmNeed = { readonly titleId: string; readonly count: number };

/** From "a copy was taken" to "the next is warm": the session that took it begins in peace first. */
const REFILL_MS = 15_000;
const REGION_DEGREES = 10;

/** Where a request is counted, and the nodes that may serve the next: about a thousand kilometres. */
export function regionOf({ location }: Pick<NodeRecord, "location">): string {
  if (!location) return "unknown";
  return `${Math.floor(location.latitude / REGION_DEGREES)} ${Math.floor(location.longitude / REGION_DEGREES)}`;
}

/** By node; a node that is to keep nothing is not in it. */
export function planWarm(
  demand: readonly Demand[],
  records: readonly NodeRecord[],
  find: (titleId: string) => Title | undefined,
  nowMs: number,
): ReadonlyMap<string, readonly WarmNeed[]> {
  const nodes = records.filter(isSchedulable);
  const known = demand.filter(({ titleId }) => {
    const title = find(titleId);
    // One that speaks to others would be missed by them while it is frozen.
    return title !== undefined && !title.manifest.resources.network;
  });
  const costOf = (titleId: string) => ({ refillMs: REFILL_MS, memoryMb: find(titleId)?.manifest.resources.memoryMb ?? 0 });
  const free = new Map(nodes.map((node) => [node.nodeId, node.slotsFree]));
  const plan = new Map<string, WarmNeed[]>();
  for (const { titleId, region, copies } of warmTargets(known, costOf, capacities(nodes), nowMs)) {
    const runtime = find(titleId)?.manifest.runtime;
    const able = nodes
      .filter((node) => regionOf(node) === region && runtime !== undefined && node.runtimes.includes(runtime))
      .filter(({ titleIds, canFetch }) => canFetch || titleIds.includes(titleId))
      .map((node) => ({ node, rank: rank(titleId, node.nodeId) }))
      .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
      .map(({ node }) => node);
    for (const [nodeId, count] of spread(able, copies, free)) plan.set(nodeId, [...(plan.get(nodeId) ?? []), { titleId, count }]);
  }
  return plan;
}

function capacities(nodes: readonly NodeRecord[]): ReadonlyMap<string, RegionCapacity> {
  const regions = new Map<string, RegionCapacity>();
  for (const node of nodes) {
    const { slotsFree, memoryFreeMb } = regions.get(regionOf(node)) ?? { slotsFree: 0, memoryFreeMb: 0 };
    regions.set(regionOf(node), {
      slotsFree: slotsFree + node.slotsFree,
      // What is really free the node itself looks at.
      memoryFreeMb: memoryFreeMb + (node.hardware.memoryMb * node.slotsFree) / Math.max(1, node.slots),
    });
  }
  return regions;
}

/** One each, as long as there are copies and places. Takes the places. */
function spread(nodes: readonly NodeRecord[], copies: number, free: Map<string, number>): Map<string, number> {
  const counts = new Map<string, number>();
  let left = copies;
  for (let before = -1; left > 0 && before !== left; ) {
    before = left;
    for (const { nodeId } of nodes) {
      const places = free.get(nodeId) ?? 0;
      if (left === 0 || places === 0) continue;
      free.set(nodeId, places - 1);
      counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
      left--;
    }
  }
  return counts;
}

/** A title's nodes are in an order of its own, which stays when others come and go: few copies move. */
function rank(titleId: string, nodeId: string): string {
  return createHash("sha256").update(`${titleId} ${nodeId}`).digest("hex");
}
