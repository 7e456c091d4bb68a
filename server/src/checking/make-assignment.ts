// What a checker is told of its task, from what the servers know of the node. Pure.

import type { Assignment } from "@nearframe/shared/checking/assignment";
import { distanceKm } from "../location/location.ts";
import type { NodeLocation, NodeRecord } from "../nodes/node-record.ts";
import type { TaskState } from "./epoch.ts";

export type AssignmentFacts = {
  node: NodeRecord | undefined;
  /** Of the checker, where its address is known to be. */
  checkerLocation: NodeLocation | undefined;
  offlineForMs: number;
  watchMs: number;
  /** All that are linked. */
  nodes: Iterable<NodeRecord>;
};

const NEIGHBOUR_KM = 100;
const NEIGHBOURS_MAX = 8;

/** Undefined: the task can't be given to this checker. */
export function makeAssignment({ task: { nodeId, check, codec }, titleId }: TaskState, facts: AssignmentFacts): Assignment | undefined {
  switch (check) {
    case "simulated-player":
      return titleId === undefined ? undefined : { kind: check, nodeId, titleId, watchMs: facts.watchMs, ...(codec !== undefined && { codec }) };
    case "liveness":
      return { kind: check, nodeId, heartbeatAgeMs: facts.offlineForMs };
    case "capacity":
    case "registration":
      return { kind: check, nodeId };
    case "location": {
      const place = facts.node?.location;
      // Who is somewhere within hundreds of kilometres gets the benefit of it: nothing is claimed that light could contradict.
      const leastKm = place && facts.checkerLocation ? leastDistanceKm(facts.checkerLocation, place) : 0;
      return { kind: check, nodeId, distanceKm: leastKm, neighbours: place ? neighboursOf(nodeId, place, facts.nodes) : [] };
    }
  }
}

function neighboursOf(nodeId: string, place: NodeLocation, nodes: Iterable<NodeRecord>): string[] {
  const near: { nodeId: string; km: number }[] = [];
  for (const { nodeId: id, location, state } of nodes) {
    if (id === nodeId || !location || state === "offline") continue;
    const km = distanceKm(place, location);
    if (km <= NEIGHBOUR_KM) near.push({ nodeId: id, km });
  }
  return near.toSorted((a, b) => a.km - b.km || (a.nodeId < b.nodeId ? -1 : 1)).slice(0, NEIGHBOURS_MAX).map((each) => each.nodeId);
}

/** Each may be anywhere within its accuracy. */
const leastDistanceKm = (a: NodeLocation, b: NodeLocation): number => Math.max(0, distanceKm(a, b) - a.accuracyKm - b.accuracyKm);
