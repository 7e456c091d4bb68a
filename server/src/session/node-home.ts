// The nodes whose sockets this process holds: what they say of a session goes to
// its owner, in this process or in another.

import type { SessionReport } from "@nearframe/shared/node/messages";
import type { Bus } from "../cluster/ports.ts";
import type { NodeMessages, NodeSessionMessage } from "./node-messages.ts";
import { ownerSubject, type ToOwner } from "./owner-mail.ts";
import type { SessionServers } from "./servers.ts";
import type { SessionDirectory } from "./session-directory.ts";
import type { Unheard } from "./unheard.ts";

export type NodeHomePorts = {
  bus: Pick<Bus, "publish">;
  servers: SessionServers;
  directory: Pick<SessionDirectory, "ownerOf" | "onNode">;
  local: NodeMessages;
  unheard: Pick<Unheard, "keep">;
  /** The node has said that nothing of the session is left, which its last report could not know. */
  forgetReported(nodeId: string, sessionId: string): void;
};

export type NodeHome = ReturnType<typeof createNodeHome>;

export function createNodeHome({ bus, servers, directory, local, unheard, forgetReported }: NodeHomePorts) {
  const { serverId } = servers;

  function handle(nodeId: string, message: NodeSessionMessage): void {
    if (message.type === "session.ended") forgetReported(nodeId, message.sessionId);
    const ownerId = directory.ownerOf(message.sessionId);
    if (ownerId === undefined || ownerId === serverId) return local.handle(nodeId, message);
    // Told once, and by no report: without it the next owner would wait for a title that is over. Of the rest it
    // hears what the node says next.
    if (message.type === "session.ended") {
      unheard.keep({ sessionId: message.sessionId, by: nodeId, until: "over", again: () => handle(nodeId, message) });
    }
    if (servers.isAlive(ownerId)) tell(ownerId, { type: "from-node", nodeId, message });
  }

  function handleReported(nodeId: string, sessions: readonly SessionReport[], linked: boolean): void {
    for (const ownerId of ownersOn(nodeId, sessions)) {
      tell(ownerId, { type: "node-reported", nodeId, linked, sessions: [...sessions] });
    }
    if (linked) local.handleLinked(nodeId, sessions);
    else local.handleReported(nodeId, sessions);
  }

  /** Other living processes with sessions that run there, or should. */
  function ownersOn(nodeId: string, sessions: readonly SessionReport[]): Set<string> {
    const owners = new Set<string>();
    for (const [, { ownerId }] of directory.onNode(nodeId)) owners.add(ownerId);
    for (const { sessionId } of sessions) {
      const ownerId = directory.ownerOf(sessionId);
      if (ownerId !== undefined) owners.add(ownerId);
    }
    return new Set([...owners].filter((ownerId) => ownerId !== serverId && servers.isAlive(ownerId)));
  }

  function tell(ownerId: string, letter: ToOwner): void {
    bus.publish(ownerSubject(ownerId), letter);
  }

  return {
    handle,
    handleLinked: (nodeId: string, sessions: readonly SessionReport[]) => handleReported(nodeId, sessions, true),
    handleReported: (nodeId: string, sessions: readonly SessionReport[]) => handleReported(nodeId, sessions, false),
  };
}
