// What nodes report of sessions. A node is believed about the sessions that have a
// lease on it, under that lease's epoch, and about no others.

import type { SessionReport } from "@nearframe/shared/node/messages";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import { silenceOffer, silenceResult } from "../checking/silence.ts";
import type { Companies } from "../shares/companies.ts";
import { leaseKnown, playedSession, type Entry } from "./entry.ts";
import type { MoveTrials } from "./move-trials.ts";
import type { MoveWatch } from "./move-watch.ts";
import type { SessionTelemetry } from "./ports.ts";
import type { ProbeReports } from "./probe-reports.ts";
import { leasesOf, leaseUnder, type Lease } from "./session.ts";
import type { SessionEvent } from "./session-events.ts";
import type { SessionTable } from "./session-table.ts";
import type { SignalRelay } from "./signal-relay.ts";
import type { ToNode } from "./to-node.ts";

export type NodeSessionMessage = Extract<NodeToServer, { sessionId: string }>;
type Message<T extends NodeSessionMessage["type"]> = Extract<NodeSessionMessage, { type: T }>;

export type NodeMessagePorts = {
  table: SessionTable;
  relay: SignalRelay;
  probes: Pick<ProbeReports, "takeFromNode">;
  toNode: Pick<ToNode, "stop">;
  telemetry: Pick<SessionTelemetry, "takeNodeSample" | "refuseSample">;
  /** Who else is in a session. */
  companies: Pick<Companies, "handleNode">;
  moves: Pick<MoveWatch, "handleSample">;
  trials: Pick<MoveTrials, "take">;
  /** By what secret that which this node says of its transports is bent on its way to this player, which audits a checker; undefined, as for all others: not at all. */
  silencedBy(playerId: string, nodeId: string): string | undefined;
  /** Whether a session that is unknown here is nobody's. */
  isStray(sessionId: string): boolean;
};

export type NodeMessages = ReturnType<typeof handleNodeMessages>;

export function handleNodeMessages({ table, relay, probes, toNode, telemetry, companies, moves, trials, silencedBy, isStray }: NodeMessagePorts) {
  /** By node: what it did not name when it linked, and may yet tell the end of. */
  const unaccounted = new Map<string, Set<string>>();

  // The session may have ended here, or moved, while the message was on its way;
  // so what comes under a lease that is no longer the session's is dropped in silence.
  function served(nodeId: string, { sessionId, epoch }: { sessionId: string; epoch: number }): Entry | undefined {
    const entry = table.find(sessionId);
    return entry && leaseKnown(entry, epoch)?.nodeId === nodeId ? entry : undefined;
  }

  function hear(entry: Entry, event: SessionEvent): void {
    if (!trials.take(entry, event)) table.apply(entry, event);
  }

  function handleOffer(nodeId: string, message: Message<"session.offer">): void {
    const entry = served(nodeId, message);
    if (!entry) return;
    const secret = silencedBy(entry.playerId, nodeId);
    const offer = secret === undefined ? message.offer : silenceOffer(message.offer, secret);
    hear(entry, { type: "offered", epoch: message.epoch, offer });
  }

  function handleSignalReply(nodeId: string, { sessionId, callId, result }: Message<"session.signal.reply">): void {
    const entry = table.find(sessionId);
    const secret = entry && silencedBy(entry.playerId, nodeId);
    relay.reply(nodeId, sessionId, callId, secret === undefined ? result : silenceResult(result, secret));
  }

  function handleProgress(nodeId: string, message: Message<"session.progress">): void {
    const entry = served(nodeId, message);
    if (entry) hear(entry, { type: "progressed", epoch: message.epoch, step: message.step });
  }

  function handleProbed(nodeId: string, message: Message<"session.probed">): void {
    const entry = served(nodeId, message);
    if (entry) probes.takeFromNode(entry, nodeId, message);
  }

  function handleTelemetry(nodeId: string, message: Message<"session.telemetry">): void {
    const entry = table.find(message.sessionId);
    if (!entry) return;
    if (!served(nodeId, message)) return telemetry.refuseSample();
    // The node begins before the player's first frame, and goes on while the player is away.
    const session = playedSession(entry);
    if (!session) return;
    telemetry.takeNodeSample(session, message.sample);
    moves.handleSample(entry, nodeId, message.sample);
  }

  function handleEnded(nodeId: string, message: Message<"session.ended">): void {
    const { epoch, reason, detail } = message;
    const entry = served(nodeId, message);
    if (entry) hear(entry, { type: "node-ended", epoch, reason, detail });
    // The slot of a session that this server had given up comes free as well.
    else table.placeQueued();
  }

  /**
   * The node is there, perhaps again: each side may have lost sessions that the
   * other still has. What ended while the link was down the node reports right
   * after this, with the reason; so what it does not name is not yet given up.
   */
  function handleLinked(nodeId: string, sessions: readonly SessionReport[]): void {
    const missing = table.onNode(nodeId).filter((entry) => !runs(sessions, entry, nodeId));
    unaccounted.set(nodeId, new Set(missing.map(({ id }) => id)));
    stopStrays(nodeId, sessions);
    table.placeQueued();
  }

  function handleReported(nodeId: string, sessions: readonly SessionReport[]): void {
    for (const sessionId of unaccounted.get(nodeId) ?? []) {
      const entry = table.find(sessionId);
      if (!entry || runs(sessions, entry, nodeId)) continue;
      const detail = "the node came back without the session";
      for (const { epoch } of onNode(entry, nodeId)) {
        table.apply(entry, { type: "node-ended", epoch, reason: EndReason.NodeLost, detail });
      }
    }
    unaccounted.delete(nodeId);
    stopStrays(nodeId, sessions);
    table.placeQueued();
  }

  /** The link is down, and may come back. */
  function handleUnlinked(nodeId: string): void {
    for (const entry of table.onNode(nodeId)) table.apply(entry, { type: "node-unlinked", nodeId });
  }

  function handleLost(nodeId: string): void {
    unaccounted.delete(nodeId);
    for (const entry of table.onNode(nodeId)) table.apply(entry, { type: "node-lost", nodeId });
  }

  /** What runs on the node and should not: ended while the link was down, or unknown to everybody. */
  function stopStrays(nodeId: string, sessions: readonly SessionReport[]): void {
    for (const { sessionId, epoch } of sessions) {
      const entry = table.find(sessionId);
      if (!entry) {
        if (isStray(sessionId)) toNode.stop(sessionId, { nodeId, epoch }, EndReason.ServerStopped);
      } else if (entry.session.state === "ending" || !leaseKnown(entry, epoch)) {
        const reason = "end" in entry.session ? entry.session.end.reason : EndReason.TakenOver;
        toNode.stop(sessionId, { nodeId, epoch }, reason);
      }
    }
  }

  function handle(nodeId: string, message: NodeSessionMessage): void {
    switch (message.type) {
      case "session.offer":
        return handleOffer(nodeId, message);
      case "session.progress":
        return handleProgress(nodeId, message);
      case "session.probed":
        return handleProbed(nodeId, message);
      case "session.signal.reply":
        return handleSignalReply(nodeId, message);
      case "session.telemetry":
        return handleTelemetry(nodeId, message);
      case "session.ended":
        return handleEnded(nodeId, message);
      case "seat.offer":
      case "seat.refused":
      case "seat.presence":
        return companies.handleNode(nodeId, message);
    }
  }

  return { handle, handleLinked, handleReported, handleUnlinked, handleLost };
}

function onNode({ session }: Entry, nodeId: string): Lease[] {
  return leasesOf(session).filter((lease) => lease.nodeId === nodeId);
}

function runs(sessions: readonly SessionReport[], { id, session }: Entry, nodeId: string): boolean {
  return sessions.some(({ sessionId, epoch }) => sessionId === id && leaseUnder(session, epoch)?.nodeId === nodeId);
}
