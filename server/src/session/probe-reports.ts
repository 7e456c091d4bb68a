// What players and nodes report of candidates, held together: a report counts when
// it is signed by the node's key, for the nonce that was given out for this
// candidate, and a player's when it shows the signature that only the node had.

import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { verifyProbe } from "../probing/verify-probe.ts";
import type { Entry } from "./entry.ts";
import type { SessionNodes } from "./ports.ts";
import type { SessionEvent } from "./session-events.ts";
import type { ProbeAsked, ToNode } from "./to-node.ts";

type FromPlayer = Extract<ClientToServer, { type: "session.probed" }>;
type FromNode = Extract<NodeToServer, { type: "session.probed" }>;

export type ProbeReports = ReturnType<typeof createProbeReports>;

export function createProbeReports(ports: {
  /** What is found goes to the session, or to what is tried beside it. */
  hear(entry: Entry, event: SessionEvent): void;
  toNode: Pick<ToNode, "probeAsked">;
  nodes: Pick<SessionNodes, "publicKey">;
}) {
  const { hear, toNode, nodes } = ports;

  function takeFromNode(entry: Entry, nodeId: string, { epoch, result, signature }: FromNode): void {
    const asked = toNode.probeAsked(entry.id, epoch);
    // Chosen, or given up, while the report was on its way; or somebody else's.
    if (asked?.nodeId !== nodeId || asked.signature !== undefined) return;
    const name = { sessionId: entry.id, epoch, nonce: asked.nonce, nodeId };
    if (!verifyProbe(nodes.publicKey(nodeId), name, result, signature)) {
      return hear(entry, { type: "probe-refused", epoch, why: "the node's report is not signed with its key" });
    }
    asked.signature = signature;
    hear(entry, { type: "probed", epoch, by: "node", result });
    if (asked.waiting) compare(entry, epoch, asked, asked.waiting);
  }

  function takeFromPlayer(entry: Entry, { epoch, result, receipt }: FromPlayer): void {
    const asked = toNode.probeAsked(entry.id, epoch);
    if (!asked || asked.waiting) return;
    asked.waiting = { result, receipt };
    if (asked.signature !== undefined) compare(entry, epoch, asked, asked.waiting);
  }

  function compare(entry: Entry, epoch: number, { signature }: ProbeAsked, told: NonNullable<ProbeAsked["waiting"]>): void {
    if (told.receipt === signature) return hear(entry, { type: "probed", epoch, by: "player", result: told.result });
    hear(entry, { type: "probe-refused", epoch, why: "the player's receipt is not what the node signed" });
  }

  return { takeFromNode, takeFromPlayer };
}
