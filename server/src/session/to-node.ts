// What a session says to its node, and what it keeps of it until the answer: the
// nonce of each candidate that is being measured.

import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { SaveGrant } from "@nearframe/shared/saves/save-grant";
import type { Log } from "../log.ts";
import type { SessionSaves } from "../saves/ports.ts";
import type { Entry } from "./entry.ts";
import type { SessionNodes, SessionTitles } from "./ports.ts";
import type { Lease } from "./session.ts";
import type { SessionEffect } from "./session-events.ts";
import { withoutCodecs } from "./without-codecs.ts";

/** A candidate that is being measured. */
export type ProbeAsked = {
  readonly nodeId: string;
  readonly nonce: string;
  /** Of the node's report, once it has been found to be the node's. */
  signature?: string;
  /** The player's, as long as there is nothing to hold its receipt against. */
  waiting?: { result: ProbeResult; receipt: string };
};

export type ToNode = ReturnType<typeof createToNode>;

export function createToNode(ports: {
  nodes: Pick<SessionNodes, "send" | "unplayedCodecs">;
  saves: Pick<SessionSaves, "grant">;
  titles: Pick<SessionTitles, "source">;
  log: Log;
  newNonce(): string;
}) {
  const { nodes, saves, titles, log, newNonce } = ports;
  /** By session and epoch. */
  const probes = new Map<string, ProbeAsked>();
  const keyOf = (sessionId: string, epoch: number) => `${sessionId} ${epoch}`;

  /** A node whose link is down misses the message; its sessions are compared when it is back. */
  function send(nodeId: string, message: ServerToNode): void {
    if (!nodes.send(nodeId, message)) log.debug({ nodeId, type: message.type }, "node missed a message");
  }

  /** What of the player's device a node may go by; a check is there to see what else it can. */
  const deviceFor = ({ device, pinnedNodeId }: Entry, nodeId: string) => (pinnedNodeId === undefined ? withoutCodecs(device, nodes.unplayedCodecs(nodeId)) : device);

  function prepare(entry: Entry, { nodeId, epoch }: Lease): void {
    const { id: sessionId, playerId, title } = entry;
    const device = deviceFor(entry, nodeId);
    const nonce = newNonce();
    probes.set(keyOf(sessionId, epoch), { nodeId, nonce });
    send(nodeId, { type: "session.prepare", sessionId, epoch, playerId, title, device, nonce });
  }

  function start(entry: Entry, { nodeId, epoch }: Lease): void {
    const { id: sessionId, playerId, title } = entry;
    const device = deviceFor(entry, nodeId);
    probes.delete(keyOf(sessionId, epoch));
    const save: SaveGrant | undefined = saves.grant({ sessionId, epoch, playerId, title });
    const source = titles.source(title);
    const extras = { ...(save && { save }), ...(source && { source }) };
    send(nodeId, { type: "session.start", sessionId, epoch, playerId, title, device, ...extras });
  }

  function offerFor(entry: Entry, { epoch, offer, probe }: SessionEffect & { type: "tell-offer" }): ServerToClient {
    const asked = probe ? probes.get(keyOf(entry.id, epoch)) : undefined;
    return { type: "session.offer", sessionId: entry.id, epoch, offer, ...(asked && { probe: { nonce: asked.nonce, nodeId: asked.nodeId } }) };
  }

  return {
    prepare,
    start,
    offerFor,
    rejoin: (entry: Entry, { nodeId, epoch }: Lease) => send(nodeId, { type: "session.rejoin", sessionId: entry.id, epoch, device: deviceFor(entry, nodeId) }),
    stop: (sessionId: string, { nodeId, epoch }: Pick<Lease, "nodeId" | "epoch">, reason: EndReason) =>
      send(nodeId, { type: "session.stop", sessionId, epoch, reason }),
    /** What was asked of the node under this lease is of no interest any more. */
    forget: (sessionId: string, { epoch }: Lease) => void probes.delete(keyOf(sessionId, epoch)),
    probeAsked: (sessionId: string, epoch: number): ProbeAsked | undefined => probes.get(keyOf(sessionId, epoch)),
  };
}
