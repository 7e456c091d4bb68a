// Which node gets a session. Pure: takes what is known of every node, gives a
// choice or the reason why each was passed over.

import type { Runtime } from "@nearframe/shared/title/manifest";

export type NodeCandidate = {
  nodeId: string;
  /** `missing`: its control link is down and may come back; running sessions wait, new ones don't. */
  state: "linked" | "missing";
  runtimes: readonly Runtime[];
  /** Those that it has when a device of its own is free again. */
  busyRuntimes: readonly Runtime[];
  slots: number;
  slotsFree: number;
};

export type SessionNeed = { runtime: Runtime };

export type PassedOver = "runtime-not-supported" | "link-missing" | "no-free-slot";

export type Choice =
  | { type: "chosen"; nodeId: string }
  /** `canRun` tells a full network from one that could never run it. */
  | { type: "none"; canRun: boolean; passedOver: ReadonlyMap<string, PassedOver> };

/** The node with most free slots, so that sessions spread; of equals the one whose id sorts first. */
export function chooseNode(nodes: readonly NodeCandidate[], need: SessionNeed): Choice {
  const passedOver = new Map<string, PassedOver>();
  let best: NodeCandidate | undefined;
  for (const node of nodes) {
    const reason = reasonAgainst(node, need);
    if (reason) {
      passedOver.set(node.nodeId, reason);
    } else if (!best || node.slotsFree > best.slotsFree || (node.slotsFree === best.slotsFree && node.nodeId < best.nodeId)) {
      best = node;
    }
  }
  if (best) return { type: "chosen", nodeId: best.nodeId };
  const canRun = nodes.some((node) => node.slots > 0 && (node.runtimes.includes(need.runtime) || node.busyRuntimes.includes(need.runtime)));
  return { type: "none", canRun, passedOver };
}

/** In the order in which they rule a node out for longest. */
function reasonAgainst(node: NodeCandidate, need: SessionNeed): PassedOver | undefined {
  if (!node.runtimes.includes(need.runtime)) return "runtime-not-supported";
  if (node.state === "missing") return "link-missing";
  if (node.slotsFree <= 0) return "no-free-slot";
  return undefined;
}
