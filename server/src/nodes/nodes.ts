// The nodes that this server knows: their links, their slots, and how long a
// node whose link died is waited for.
//
// A slot is taken by a session id, here or in the node's own report; it is free
// when neither names it. So a node that is slow to close a session keeps its
// slot, whatever the server believes.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode } from "@nearframe/shared/protocol/limits";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Runtime } from "@nearframe/shared/title/manifest";
import type { Log } from "../log.ts";
import type { NodeCandidate } from "../placement/choose-node.ts";
import { HEARTBEAT_MS, HEARTBEAT_SILENCE_MS, NODE_GRACE_MS, NODES_MAX } from "./limits.ts";

export type Registration = Extract<NodeToServer, { type: "node.register" }>;

/** One control link of a node, as the registry needs it. */
export interface NodeLink {
  send(message: ServerToNode): void;
  close(code: number, reason: string): void;
}

export interface NodeEvents {
  /** Linked, for the first time or again, with the sessions that still run there. */
  onLinked(nodeId: string, sessionIds: readonly string[]): void;
  /** A heartbeat: the sessions that run there now. */
  onReported(nodeId: string, sessionIds: readonly string[]): void;
  /** Gone for longer than the grace: nothing of it is waited for. */
  onLost(nodeId: string): void;
}

type LinkState = { type: "linked"; link: NodeLink; heardAtMs: number } | { type: "missing" };

type Node = {
  readonly nodeId: string;
  name: string;
  runtimes: readonly Runtime[];
  slots: number;
  /** What it found out about its encoders; undefined until it has tried them. */
  encoders: readonly EncoderReport[] | undefined;
  link: LinkState;
  /** Sessions that hold a slot here by this server's word. */
  readonly held: Set<string>;
  /** Sessions that the node last said it runs. */
  reported: ReadonlySet<string>;
  timer: NodeJS.Timeout | undefined;
};

export type Nodes = ReturnType<typeof createNodes>;

export function createNodes(ports: { clock: Clock; log: Log; events: NodeEvents }, scope: Scope) {
  const { clock, log, events } = ports;
  const nodes = new Map<string, Node>();
  scope.own(nodes, () => {
    for (const node of nodes.values()) clearTimeout(node.timer);
    nodes.clear();
  });

  function register(link: NodeLink, message: Registration): void {
    if (scope.closed) return link.close(CloseCode.stopping, "the server is stopping");
    if (!nodes.has(message.nodeId) && nodes.size >= NODES_MAX) {
      link.send({ type: "error", code: "NODES_FULL", message: `this server takes ${NODES_MAX} nodes` });
      return link.close(CloseCode.protocol, "too many nodes");
    }
    const node = nodes.get(message.nodeId) ?? blankNode(message.nodeId);
    nodes.set(node.nodeId, node);
    if (node.link.type === "linked") {
      // The node redialled before this end noticed that the old link is dead.
      node.link.link.close(CloseCode.replaced, "the node has registered again");
    }
    node.name = message.name;
    node.runtimes = message.runtimes;
    node.slots = message.slots;
    node.encoders = message.encoders;
    node.reported = new Set(message.sessions);
    node.link = { type: "linked", link, heardAtMs: clock.monotonicMs() };
    watchSilence(node);
    link.send({ type: "node.welcome", protocol: message.protocol, heartbeatMs: HEARTBEAT_MS });
    log.info(
      { nodeId: node.nodeId, name: node.name, slots: node.slots, runtimes: node.runtimes, sessions: message.sessions.length },
      "node registered",
    );
    for (const notice of message.notices) log.info({ nodeId: node.nodeId, notice }, "node notice");
    events.onLinked(node.nodeId, message.sessions);
  }

  function describeEncoders(nodeId: string, encoders: readonly EncoderReport[]): void {
    const node = nodes.get(nodeId);
    if (!node) return;
    node.encoders = encoders;
    const opened = encoders.filter((encoder) => encoder.opened).map(({ name }) => name);
    log.info({ nodeId, opened }, "node has tried its encoders");
  }

  function heartbeat(nodeId: string, sessionIds: readonly string[]): void {
    const node = nodes.get(nodeId);
    if (node?.link.type !== "linked") return;
    node.link.heardAtMs = clock.monotonicMs();
    node.reported = new Set(sessionIds);
    events.onReported(nodeId, sessionIds);
  }

  /** The link's socket has closed. Not heard if the node has a newer link. */
  function unlink(nodeId: string, link: NodeLink): void {
    const node = nodes.get(nodeId);
    if (!node || node.link.type !== "linked" || node.link.link !== link || scope.closed) return;
    log.info({ nodeId, graceMs: NODE_GRACE_MS }, "node link lost");
    waitForReturn(node);
  }

  function waitForReturn(node: Node): void {
    clearTimeout(node.timer);
    node.link = { type: "missing" };
    node.timer = setTimeout(() => {
      nodes.delete(node.nodeId);
      log.info({ nodeId: node.nodeId }, "node gone");
      events.onLost(node.nodeId);
    }, NODE_GRACE_MS);
  }

  function watchSilence(node: Node): void {
    clearTimeout(node.timer);
    if (node.link.type !== "linked") return;
    const { link, heardAtMs } = node.link;
    const silenceLeftMs = heardAtMs + HEARTBEAT_SILENCE_MS - clock.monotonicMs();
    if (silenceLeftMs > 0) {
      node.timer = setTimeout(() => watchSilence(node), Math.ceil(silenceLeftMs));
      return;
    }
    log.warn({ nodeId: node.nodeId, silentMs: HEARTBEAT_SILENCE_MS }, "node sends no heartbeat");
    waitForReturn(node);
    link.close(CloseCode.silent, "no heartbeat");
  }

  function candidates(): NodeCandidate[] {
    return [...nodes.values()].map((node) => ({
      nodeId: node.nodeId,
      state: node.link.type,
      runtimes: node.runtimes,
      slots: node.slots,
      slotsFree: node.slots - node.held.union(node.reported).size,
    }));
  }

  /** False if the node has no link now; what it missed is made good when it registers again. */
  function send(nodeId: string, message: ServerToNode): boolean {
    const node = nodes.get(nodeId);
    if (node?.link.type !== "linked") return false;
    node.link.link.send(message);
    return true;
  }

  function takeSlot(nodeId: string, sessionId: string): void {
    nodes.get(nodeId)?.held.add(sessionId);
  }

  function releaseSlot(nodeId: string, sessionId: string): void {
    nodes.get(nodeId)?.held.delete(sessionId);
  }

  /** The node has said that nothing of the session is left, which its last report could not know. */
  function forgetReported(nodeId: string, sessionId: string): void {
    const node = nodes.get(nodeId);
    if (node) node.reported = node.reported.difference(new Set([sessionId]));
  }

  /** A session of this node outlived the last server process: wait for the node as if its link had just died. */
  function expect(nodeId: string, sessionId: string): void {
    const node = nodes.get(nodeId) ?? blankNode(nodeId);
    node.held.add(sessionId);
    if (nodes.has(nodeId)) return;
    nodes.set(nodeId, node);
    waitForReturn(node);
  }

  /** Undefined for a node that is not known, or has not tried them yet. */
  const encodersOf = (nodeId: string): readonly EncoderReport[] | undefined => nodes.get(nodeId)?.encoders;

  return { register, describeEncoders, encodersOf, heartbeat, unlink, candidates, send, takeSlot, releaseSlot, forgetReported, expect };
}

function blankNode(nodeId: string): Node {
  return {
    nodeId,
    name: nodeId,
    runtimes: [],
    slots: 0,
    encoders: undefined,
    link: { type: "missing" },
    held: new Set(),
    reported: new Set(),
    timer: undefined,
  };
}
