// A node as the plain choice sees it (placement/choose-node.ts).

import { SCHEDULABLE_STATES } from "@nearframe/shared/node/node-states";
import type { NodeCandidate } from "../placement/choose-node.ts";
import type { NodeRecord } from "./node-record.ts";

export function candidateOf({ nodeId, state, runtimes, busyRuntimes = [], slots, slotsFree }: NodeRecord): NodeCandidate {
  return {
    nodeId,
    state: state === "offline" || state === "retired" ? "missing" : "linked",
    runtimes,
    busyRuntimes,
    slots,
    slotsFree: SCHEDULABLE_STATES.has(state) ? slotsFree : 0,
  };
}
