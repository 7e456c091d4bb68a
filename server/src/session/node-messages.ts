// What nodes report of sessions. A node is believed about the sessions that it
// serves, and about no others.

import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { SessionNodes, SessionTelemetry } from "./ports.ts";
import { nodeOf, playedSession, type Entry, type SessionTable } from "./session-table.ts";
import type { SignalRelay } from "./signal-relay.ts";

type Message<T extends NodeToServer["type"]> = Extract<NodeToServer, { type: T }>;

export type NodeMessagePorts = {
  table: SessionTable;
  relay: SignalRelay;
  nodes: SessionNodes;
  telemetry: Pick<SessionTelemetry, "takeNodeSample" | "refuseSample">;
};

export type NodeMessages = ReturnType<typeof handleNodeMessages>;

export function handleNodeMessages({ table, relay, nodes, telemetry }: NodeMessagePorts) {
  /** By node: what it did not name when it linked, and may yet tell the end of. */
  const unaccounted = new Map<string, Set<string>>();

  // The session may have ended here, or moved, while the message was on its way;
  // so what comes for a session that the node doesn't serve is dropped in silence.
  function served(nodeId: string, sessionId: string): Entry | undefined {
    const entry = table.find(sessionId);
    return entry && nodeOf(entry.session) === nodeId ? entry : undefined;
  }

  function handleOffer(nodeId: string, message: Message<"session.offer">): void {
    const entry = served(nodeId, message.sessionId);
    if (entry) table.apply(entry, { type: "offered", offer: message.offer });
  }

  function handleProgress(nodeId: string, message: Message<"session.progress">): void {
    const entry = served(nodeId, message.sessionId);
    if (entry) table.apply(entry, { type: "progressed", step: message.step });
  }

  function handleSignalReply(nodeId: string, message: Message<"session.signal.reply">): void {
    relay.reply(nodeId, message.sessionId, message.callId, message.result);
  }

  function handleNodeTelemetry(nodeId: string, message: Message<"session.telemetry">): void {
    const entry = table.find(message.sessionId);
    if (!entry) return;
    if (!served(nodeId, entry.id)) return telemetry.refuseSample();
    // The node begins before the player's first frame, and goes on while the player is away.
    const session = playedSession(entry);
    if (session) telemetry.takeNodeSample(session, message.sample);
  }

  function handleEnded(nodeId: string, message: Message<"session.ended">): void {
    nodes.forgetReported(nodeId, message.sessionId);
    const entry = served(nodeId, message.sessionId);
    if (entry) table.apply(entry, { type: "node-ended", reason: message.reason, detail: message.detail });
    // The slot of a session that this server had given up comes free as well.
    else table.placeQueued();
  }

  /**
   * The node is there, perhaps again: each side may have lost sessions that the
   * other still has. What ended while the link was down the node reports right
   * after this, with the reason; so what it does not name is not yet given up.
   */
  function handleLinked(nodeId: string, sessionIds: readonly string[]): void {
    const running = new Set(sessionIds);
    const missing = table.onNode(nodeId).filter(({ id }) => !running.has(id));
    unaccounted.set(nodeId, new Set(missing.map(({ id }) => id)));
    stopStrays(nodeId, sessionIds);
    const runtimes = nodes.candidates().find((node) => node.nodeId === nodeId)?.runtimes ?? [];
    for (const entry of table.all()) {
      if (runtimes.includes(entry.title.manifest.runtime)) table.apply(entry, { type: "node-appeared" });
    }
    table.placeQueued();
  }

  function handleReported(nodeId: string, sessionIds: readonly string[]): void {
    for (const sessionId of unaccounted.get(nodeId) ?? []) {
      const entry = served(nodeId, sessionId);
      if (!entry || sessionIds.includes(sessionId)) continue;
      const detail = "the node came back without the session";
      table.apply(entry, { type: "node-ended", reason: EndReason.NodeLost, detail });
    }
    unaccounted.delete(nodeId);
    stopStrays(nodeId, sessionIds);
    table.placeQueued();
  }

  function handleLost(nodeId: string): void {
    unaccounted.delete(nodeId);
    for (const entry of table.onNode(nodeId)) table.apply(entry, { type: "node-lost" });
  }

  /** What runs on the node and should not: ended while the link was down, or unknown here. */
  function stopStrays(nodeId: string, sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) {
      const entry = served(nodeId, sessionId);
      const session = entry?.session;
      if (session && session.state !== "ending") continue;
      const reason = session?.end.reason ?? EndReason.ServerStopped;
      nodes.send(nodeId, { type: "session.stop", sessionId, epoch: entry?.epoch ?? table.newEpoch(), reason });
    }
  }

  return { handleOffer, handleProgress, handleSignalReply, handleNodeTelemetry, handleEnded, handleLinked, handleReported, handleLost };
}
