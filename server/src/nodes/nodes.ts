// The nodes whose sockets this process holds: their links, their lives, what their slots
// hold, and the records that everybody chooses from. Nodes of other processes are reached
// through these: by their records in the directory, and by mail to their homes.
//
// A slot is taken by a session id, by the servers' word or in the node's own report; it is
// free when neither names it. So a node that is slow to close a session keeps its slot,
// whatever the servers believe.
//
// PERF: a heartbeat that says what the last one said changes one number of one object, and
// no node has a timer: one sweep looks for silence (bench indexer).

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import type { SessionReport } from "@nearframe/shared/node/messages";
import type { RttVector } from "@nearframe/shared/probe/rtt-vector";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Log } from "../log.ts";
import type { NodeCandidate } from "../placement/choose-node.ts";
import { createAwaitedNodes } from "./awaited-nodes.ts";
import { candidateOf } from "./candidates.ts";
import type { NodeChecks } from "./checks.ts";
import type { NodeHistory } from "./history.ts";
import { HEARTBEATS_MISSED_MAX, NODES_MAX, NODE_GRACE_MS, SWEEP_MS, heartbeatMsFor } from "./limits.ts";
import { makeRecord, NO_NEWS, type NodeNews } from "./make-record.ts";
import { createLinkChecks } from "./link-checks.ts";
import { hasStray, newNode, takeInventory, type Node, type NodeLink, type Registration } from "./node.ts";
import type { NodeDirectory } from "./node-directory.ts";
import { reasonOf, stateOf, transition, type NodeEffect, type NodeEvent } from "./node-transition.ts";
import type { NodeLetter, NodeMail, RemoteEvent } from "./node-mail.ts";
import type { FarEnd, Placed } from "../probing/place-far-end.ts";
import { differs, serverPoint, type ProbePoints } from "../probing/probe-points.ts";
import type { HostRecord } from "./node-record.ts";

export interface NodeEvents {
  /** Linked here, for the first time or again, with the sessions that still run there. */
  onLinked(nodeId: string, sessions: readonly SessionReport[]): void;
  /** What runs there now: heard with the first heartbeat of a link, when it changes, and while something there should not run. */
  onReported(nodeId: string, sessions: readonly SessionReport[]): void;
  /** Gone for longer than the grace, wherever it hung: nothing of it is waited for. */
  onLost(nodeId: string): void;
}

export type NodesPorts = {
  clock: Clock;
  log: Log;
  serverId: string;
  events: NodeEvents;
  directory: NodeDirectory;
  mail: NodeMail;
  checks: NodeChecks;
  history: NodeHistory;
  probePoints: ProbePoints;
  locate(farEnd: FarEnd): Placed;
};

export type Nodes = ReturnType<typeof createNodes>;

export function createNodes(ports: NodesPorts, scope: Scope) {
  const { clock, log, serverId, events, directory, mail, checks, history } = ports;
  const nodes = new Map<string, Node>();
  const awaited = createAwaitedNodes(clock);
  const linkChecks = createLinkChecks(
    {
      clock,
      serverId,
      mail,
      linkOf: linkHere,
      homeOf(nodeId) {
        const record = directory.get(nodeId);
        return record && record.state !== "offline" && record.homeServerId !== serverId ? record.homeServerId : undefined;
      },
      onSilent(nodeId) {
        const node = nodes.get(nodeId);
        if (!node) return;
        log.warn({ nodeId }, "node does not answer, and its player sees no media");
        apply(node, { type: "ping-unanswered" });
      },
    },
    scope,
  );
  const here = serverPoint(serverId);
  let linkedCount = 0;
  let heartbeatMs = heartbeatMsFor(0);
  const sweeping = setInterval(sweep, SWEEP_MS);
  scope.own(nodes, () => {
    clearInterval(sweeping);
    nodes.clear();
  });

  function linkHere(nodeId: string): NodeLink | undefined {
    const node = nodes.get(nodeId);
    return node?.elsewhere === false ? node.link : undefined;
  }

  function register(link: NodeLink, registration: Registration): void {
    const { nodeId, inventory } = registration;
    if (scope.closed) return link.close(CloseCode.stopping, "the server is stopping");
    const known = nodes.get(nodeId);
    if (!known && nodes.size >= NODES_MAX) {
      link.send({ type: "error", code: "NODES_FULL", message: `this server takes ${NODES_MAX} nodes` });
      return link.close(CloseCode.full, "too many nodes");
    }
    // The node redialled before this end noticed that the old link is dead.
    if (known?.link) replaceLink(known.link);
    else linkedCount++;
    heartbeatMs = heartbeatMsFor(linkedCount);
    const node = known ?? newNode(registration, directory.get(nodeId)?.orders);
    const inventoryChanged = !known || JSON.stringify(known.registration.inventory) !== JSON.stringify(inventory);
    nodes.set(nodeId, node);
    Object.assign(node, { registration, link, heardAtMs: clock.monotonicMs(), heartbeatMs, reported: false, news: NO_NEWS, elsewhere: false });
    takeInventory(node, inventory);
    locate(node, {});
    const { asked } = ports.probePoints;
    link.send({ type: "node.welcome", protocol: PROTOCOL_VERSION, nodeId, heartbeatMs, ...(asked.length > 0 && { probePoints: asked }) });
    const { sessions, draining } = registration;
    apply(node, { type: "linked", inventoryChanged, draining, sessions }, { claim: true });
    for (const sessionId of awaited.take(nodeId)) apply(node, { type: "session-held", sessionId });
    tellOperator(node);
    events.onLinked(nodeId, sessions);
    history.linked(nodeId, (host) => {
      if (nodes.get(nodeId) !== node) return;
      node.host = { ...host, ...(node.host.checked && { checked: node.host.checked }) };
      publish(node);
    });
  }

  /** What checking makes of a node; placement goes by it from now on. */
  function noteChecked(nodeId: string, checked: HostRecord["checked"]): void {
    const node = nodes.get(nodeId);
    const homeId = directory.get(nodeId)?.homeServerId;
    if (!node || node.elsewhere) return homeId === undefined || homeId === serverId ? undefined : mail.send(homeId, { type: "checked-score", nodeId, checked });
    node.host = { ...node.host, checked };
    publish(node);
  }

  function tellOperator({ nodeId, registration: { inventory, sessions, address, trusted }, life }: Node): void {
    const { name, capacity, runtimes, notices } = inventory;
    const detail = { nodeId, name, address, trusted, slots: capacity.slots, runtimes, sessions: sessions.length };
    log.info({ ...detail, state: stateOf(life) }, "node registered");
    for (const notice of notices) log.info({ nodeId, notice }, "node notice");
  }

  /** A newer inventory on the same link. */
  function describe(nodeId: string, inventory: NodeInventory): void {
    const node = nodes.get(nodeId);
    if (!node) return;
    takeInventory(node, inventory);
    const opened = (inventory.encoders ?? []).filter((encoder) => encoder.opened).map(({ name }) => name);
    log.info({ nodeId, opened, slots: inventory.capacity.slots }, "node knows more of itself");
    apply(node, { type: "inventory-changed" });
    publish(node);
  }

  function heartbeat(nodeId: string, sessions: readonly SessionReport[], news: Partial<NodeNews> = {}): void {
    const node = nodes.get(nodeId);
    if (!node?.link) return;
    node.heardAtMs = clock.monotonicMs();
    if (node.heartbeatMs !== heartbeatMs) {
      node.heartbeatMs = heartbeatMs;
      node.link.send({ type: "node.pace", heartbeatMs });
    }
    const before = node.life.slots;
    hearNews(node, news);
    apply(node, { type: "sessions-reported", sessions });
    // It speaks here, so another process that has it in its books lost it to us.
    if (node.elsewhere) reclaim(node);
    if (node.reported && node.life.slots === before && !hasStray(node)) return;
    node.reported = true;
    events.onReported(nodeId, sessions);
  }

  /** What it left out is as it was. Measured here is its round trip to this process. */
  function hearNews(node: Node, told: Partial<NodeNews>): void {
    const { news } = node;
    const measured = differs(news.rttVector[here], node.link?.rttMs);
    if (!told.warmTitleIds && !told.rttVector && !measured) return;
    if (told.warmTitleIds) node.news = { ...news, warmTitleIds: told.warmTitleIds };
    if (told.rttVector || measured) locate(node, told.rttVector ?? news.rttVector);
    publish(node);
  }

  function locate(node: Node, claimed: RttVector): void {
    const { address, inventory: { timeZone } } = node.registration;
    const { location, rttVector } = ports.locate({ address, timeZone, rttVector: ports.probePoints.join(claimed, node.link?.rttMs) });
    node.location = location;
    node.news = { ...node.news, rttVector };
  }

  function reclaim(node: Node): void {
    node.elsewhere = false;
    directory.put(makeRecord(node, serverId), { claim: true });
  }

  /** The link's socket has closed. Not heard if the node has a newer link. */
  function unlink(nodeId: string, link: NodeLink): void {
    const node = nodes.get(nodeId);
    if (!node || node.link !== link || scope.closed) return;
    log.info({ nodeId, graceMs: NODE_GRACE_MS }, "node link lost");
    apply(node, { type: "link-lost" });
    dropLink(node);
  }

  function dropLink(node: Node): void {
    const { nodeId, life, elsewhere } = node;
    node.link = undefined;
    linkedCount--;
    history.unlinked(nodeId);
    if (elsewhere) return void nodes.delete(nodeId);
    if (life.standing.type !== "retired") return;
    nodes.delete(nodeId);
    directory.forget(nodeId);
  }

  function sweep(): void {
    const nowMs = clock.monotonicMs();
    for (const node of nodes.values()) {
      if (!node.link || nowMs - node.heardAtMs < HEARTBEATS_MISSED_MAX * node.heartbeatMs) continue;
      log.warn({ nodeId: node.nodeId, silentMs: Math.round(nowMs - node.heardAtMs) }, "node sends no heartbeat");
      apply(node, { type: "heartbeats-missed" });
    }
    for (const nodeId of awaited.takeOverdue()) {
      log.info({ nodeId }, "node gone");
      events.onLost(nodeId);
    }
    heartbeatMs = heartbeatMsFor(linkedCount);
    directory.sweep();
  }

  function apply(node: Node, event: NodeEvent, { claim = false } = {}): void {
    const before = node.life;
    const [life, effects] = transition(before, event);
    node.life = life;
    if (claim || life !== before) publish(node, claim);
    for (const effect of effects) run(node, effect);
  }

  function run(node: Node, effect: NodeEffect): void {
    switch (effect.type) {
      case "run-checks":
        return runChecks(node);
      case "tell-node": {
        const [state, reason] = [stateOf(node.life), reasonOf(node.life)];
        if (reason !== undefined) log.warn({ nodeId: node.nodeId, state, reason }, "node gets no sessions");
        return node.link?.send({ type: "node.state", state, ...(reason !== undefined && { reason }) });
      }
      case "cut-link": {
        const { link } = node;
        dropLink(node);
        return link?.close(CloseCode.silent, "nothing was heard in time");
      }
    }
  }

  function runChecks(node: Node): void {
    const { nodeId, registration } = node;
    const { trusted, inventory } = registration;
    apply(node, { type: "checks-begun" });
    const settle = (reason: string | undefined) => {
      // Of an inventory that has been replaced meanwhile nobody wants to know.
      if (nodes.get(nodeId) !== node || node.registration !== registration) return;
      apply(node, reason === undefined ? { type: "checks-passed" } : { type: "checks-failed", reason });
    };
    const verdict = checks.check({ nodeId, trusted, inventory });
    if (!(verdict instanceof Promise)) return settle(verdict);
    verdict.then(settle, (error: unknown) => {
      log.error({ nodeId, error }, "a node could not be checked");
      settle("it could not be checked; it is tried again when it registers again");
    });
  }

  function publish(node: Node, claim = false): void {
    if (!node.elsewhere) directory.put(makeRecord(node, serverId), { claim });
  }

  /** False if nobody can reach the node now; what it missed is made good when it registers again. */
  function send(nodeId: string, message: ServerToNode): boolean {
    const node = nodes.get(nodeId);
    if (node && !node.elsewhere) {
      node.link?.send(message);
      return node.link !== undefined;
    }
    const record = directory.get(nodeId);
    if (!record || record.state === "offline") return false;
    mail.send(record.homeServerId, { type: "send", nodeId, message });
    return true;
  }

  /** What happens to a node's slots or standing is decided by its home. */
  function tell(nodeId: string, event: RemoteEvent): void {
    const node = nodes.get(nodeId);
    if (node && !node.elsewhere) return apply(node, event);
    const record = directory.get(nodeId);
    if (record && record.homeServerId !== serverId) mail.send(record.homeServerId, { type: "tell", nodeId, event });
  }

  /** Mail from another process, for a node that hangs here by its books. */
  function handleLetter(letter: NodeLetter): void {
    if (letter.type === "ended") return history.sessionEnded(letter.nodeId, letter.reason);
    if (letter.type === "check") return linkChecks.handleAsked(letter.nodeId, letter.askerId);
    if (letter.type === "checked-score") return noteChecked(letter.nodeId, letter.checked);
    if (letter.type === "checked") return linkChecks.handleAnswer(letter.nodeId, letter.linked);
    const node = nodes.get(letter.nodeId);
    if (!node || node.elsewhere) return log.debug({ nodeId: letter.nodeId }, "mail for a node that has moved on");
    if (letter.type === "send") node.link?.send(letter.message);
    else apply(node, letter.event);
  }

  /** A session of this node outlived the last server process: wait for the node as if its link had just died. */
  function expect(nodeId: string, sessionId: string): void {
    if (directory.get(nodeId)) return tell(nodeId, { type: "session-held", sessionId });
    awaited.expect(nodeId, sessionId);
  }

  function releaseSlot(nodeId: string, sessionId: string): void {
    awaited.dropSession(nodeId, sessionId);
    tell(nodeId, { type: "session-released", sessionId });
  }

  /** A node of the directory has appeared, at whatever home. */
  function handleAppeared(nodeId: string): void {
    if (nodes.has(nodeId)) return;
    for (const sessionId of awaited.take(nodeId)) tell(nodeId, { type: "session-held", sessionId });
  }

  /** Another process has written the node's entry. Should it still speak here, its next heartbeat says so. */
  function handleMovedAway(nodeId: string): void {
    const node = nodes.get(nodeId);
    if (!node) return;
    log.info({ nodeId, to: directory.get(nodeId)?.homeServerId }, "node has moved to another server");
    if (node.link) node.elsewhere = true;
    else nodes.delete(nodeId);
  }

  /** Offline for so long that what it ran is given up. */
  function handleLost(nodeId: string): void {
    log.info({ nodeId }, "node gone");
    const node = nodes.get(nodeId);
    for (const sessionId of node?.link ? [] : (node?.life.slots.keys() ?? [])) {
      tell(nodeId, { type: "session-cleared", sessionId });
      tell(nodeId, { type: "session-released", sessionId });
    }
    events.onLost(nodeId);
  }

  function handleGone(nodeId: string): void {
    const node = nodes.get(nodeId);
    if (node && !node.link) nodes.delete(nodeId);
  }

  /** A session has ended on the node, or left it, for this reason; its home keeps the node's record. */
  function noteSessionEnded(nodeId: string, reason: EndReason): void {
    const home = nodes.has(nodeId) ? serverId : directory.get(nodeId)?.homeServerId;
    if (home === undefined || home === serverId || directory.get(nodeId)?.state === "offline") history.sessionEnded(nodeId, reason);
    else mail.send(home, { type: "ended", nodeId, reason });
  }

  return {
    register,
    describe,
    heartbeat,
    unlink,
    send,
    tell,
    expect,
    noteSessionEnded,
    noteChecked,
    /** Asks the node whether it is there; if it does not say so, it is taken for gone. */
    checkLink: linkChecks.check,
    handleLetter,
    handleAppeared,
    handleMovedAway,
    handleLost,
    handleGone,
    /** Slots of the nodes that hang here which a server holds by its word. */
    heldHere: (): { nodeId: string; sessionId: string }[] =>
      [...nodes.values()].flatMap(({ nodeId, life, elsewhere }) =>
        elsewhere ? [] : [...life.slots].flatMap(([sessionId, { held }]) => (held ? [{ nodeId, sessionId }] : [])),
      ),
    candidates: (): NodeCandidate[] => Array.from(directory.all(), candidateOf),
    takeSlot: (nodeId: string, sessionId: string): void => tell(nodeId, { type: "session-held", sessionId }),
    releaseSlot,
    /** The node has said that nothing of the session is left, which its last report could not know. */
    forgetReported: (nodeId: string, sessionId: string): void => tell(nodeId, { type: "session-cleared", sessionId }),
  };
}

function replaceLink(link: NodeLink): void {
  link.close(CloseCode.replaced, "the node has registered again");
}
