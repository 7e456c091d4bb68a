// One process in its role of choosing nodes and keeping sessions: registry, leases,
// placement and sessions, put together. It is all that processes share with each
// other; sockets and HTTP are the server's.

import { randomBytes } from "node:crypto";
import type { IceServer } from "@nearframe/shared/friends/messages";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Cluster } from "./cluster/ports.ts";
import { rankIndexers } from "./cluster/rank-indexers.ts";
import { openServers } from "./cluster/servers.ts";
import { openLeases } from "./leases/leases.ts";
import { rttMsMin } from "./location/light-speed.ts";
import { distanceKm, type Location } from "./location/location.ts";
import type { Log } from "./log.ts";
import type { NodeChecks } from "./nodes/checks.ts";
import type { NodeHistory } from "./nodes/history.ts";
import { unplayedCodecs, type NodeRecord } from "./nodes/node-record.ts";
import { openNodes, type OpenNodes } from "./nodes/open-nodes.ts";
import { placeFarEnd, type FarEnd, type Locate, type Placed } from "./probing/place-far-end.ts";
import { createProbePoints, type ProbePoints } from "./probing/probe-points.ts";
import { makeNeed, type PlacementRules } from "./placement/make-need.ts";
import type { PlacementNeed } from "./placement/need.ts";
import { createPlacementIndex } from "./placement/placement.ts";
import type { SessionSaves } from "./saves/ports.ts";
import type { SessionTelemetry, SessionTitles, SlotNeed } from "./session/ports.ts";
import type { SessionServers } from "./session/servers.ts";
import { openSessions, type Sessions } from "./session/sessions.ts";
import { createSessionSlots } from "./session/slots.ts";
import { steadyTime } from "./steady-time.ts";
import { makeShareCode } from "./shares/make-share-code.ts";
import type { SessionStore } from "./store/ports.ts";
import type { PlayerClassStore } from "./store/player-class-ports.ts";
import type { ShareStore } from "./store/share-ports.ts";
import { openWarmNodes, type WarmNodes } from "./warm/warm-nodes.ts";

export type IndexerPorts = {
  clock: Clock;
  log: Log;
  cluster: Cluster;
  titles: SessionTitles;
  telemetry: SessionTelemetry;
  store: SessionStore & ShareStore & PlayerClassStore;
  saves: SessionSaves;
  /** What was known of nodes before; left out, nothing. */
  history?: NodeHistory;
  /** By which browsers in one session find each other; left out, only on one network. */
  iceServers?: readonly IceServer[];
  /** What lets nodes in; left out, what their inventories show. */
  checks?: NodeChecks;
  /** A node has linked to this process. */
  onNodeLinked?(nodeId: string): void;
  /** The node that this player is sent to check; left out, nobody is a checker. */
  pinnedNode?(playerId: string): string | undefined;
  /** By what secret this node is made silent to this player, which audits whoever checks it; left out, none is. */
  silencedBy?(playerId: string, nodeId: string): string | undefined;
  random(): number;
  newId(): string;
  /** Where players and nodes are, as far as anybody can tell. */
  locate: Locate;
  /** Left out: there is none but this process itself. */
  probePoints?: ProbePoints;
  /** Left out: sessions may be placed anywhere. */
  rules?: PlacementRules;
};

export type Indexer = Awaited<ReturnType<typeof openIndexer>>;

const NONCE_BYTES = 24;
const FORGOTTEN_SWEEP_MS = 5_000;
/** Far above the time from a lease to the entry that names its node. */
const FORGOTTEN_AFTER_MS = 15_000;

export async function openIndexer(ports: IndexerPorts, scope: Scope) {
  const { clock, log, cluster, titles, telemetry, store, saves, random, newId, pinnedNode = () => undefined, silencedBy = () => undefined } = ports;
  const probePoints = ports.probePoints ?? createProbePoints([], { serverId: cluster.serverId });
  const locate = (farEnd: FarEnd): Placed => placeFarEnd(farEnd, ports.locate, probePoints);
  const nowMs = steadyTime(clock);
  const index = createPlacementIndex();
  let sessions: Sessions | undefined;
  let nodes: OpenNodes | undefined;
  let warm: WarmNodes | undefined;
  const serverScope = scope.child();
  const nodeScope = scope.child();
  const servers = await openServers(
    {
      cluster,
      clock,
      log,
      events: {
        onGone: (serverId) => sessions?.handleServerGone(serverId),
        onChanged: () => {
          nodes?.serversChanged();
          sessions?.handleServersChanged();
        },
      },
    },
    serverScope,
  );
  const sessionServers: SessionServers = {
    serverId: servers.serverId,
    isAlive: servers.isAlive,
    rank: (requestId, playerId) => rankIndexers({ seed: servers.seed().seed, requestId, playerId }, servers.living()),
  };
  const leases = await openLeases(
    {
      cluster,
      clock,
      log,
      random,
      events: {
        onLost: (lease) => void sessions?.handleLeaseLost(lease, lease.sessionId),
        onChanged: () => sessions?.placeQueued(),
      },
    },
    nodeScope,
  );
  const registry = await openNodes(
    {
      clock,
      log,
      cluster,
      isServerAlive: servers.isAlive,
      locate,
      probePoints,
      ...(ports.history && { history: ports.history }),
      ...(ports.checks && { checks: ports.checks }),
      events: {
        onLinked: (nodeId, running) => {
          warm?.forget(nodeId);
          sessions?.nodes.handleLinked(nodeId, running);
          ports.onNodeLinked?.(nodeId);
        },
        onReported: (nodeId, running) => sessions?.nodes.handleReported(nodeId, running),
        onLost: (nodeId) => sessions?.nodes.handleLost(nodeId),
        onChanged: handleRecord,
        onGone: (nodeId) => {
          warm?.forget(nodeId);
          index.delete(nodeId);
        },
      },
    },
    nodeScope,
  );
  nodes = registry;
  warm = await openWarmNodes(
    { clock, bus: cluster.bus, serverId: servers.serverId, titles, ...registry },
    nodeScope,
  );

  function handleRecord(record: NodeRecord): void {
    index.upsert(record);
    if (record.state === "offline") sessions?.nodes.handleUnlinked(record.nodeId);
    else sessions?.placeQueued();
  }

  function needOf({ title: { manifest }, place, policy, waitingSinceMs, excludedNodeIds, measuredRttMs }: SlotNeed): PlacementNeed {
    const placed = locate({ ...place, rttVector: place.rttVector ?? {} });
    return makeNeed({ manifest, policy, waitedMs: nowMs() - waitingSinceMs, ...placed, excludedNodeIds, measuredRttMs }, ports.rules ?? {});
  }

  const slots = createSessionSlots(
    {
      leases,
      log,
      shortlist: (need) => index.shortlist(need, random),
      judgePath: index.judgePath,
      record: registry.record,
      needOf,
      lightMs: ({ location }, node) => (location && node.location ? lightMsBetween(location, node.location) : undefined),
      nodes: registry,
    },
    scope,
  );
  sessions = await openSessions(
    {
      clock,
      log,
      cluster,
      servers: sessionServers,
      slots,
      titles,
      telemetry,
      store,
      saves,
      pinnedNode,
      silencedBy,
      newId,
      newNonce: () => randomBytes(NONCE_BYTES).toString("base64url"),
      newCode: makeShareCode,
      iceServers: ports.iceServers ?? [],
      nodes: {
        linked: (nodeId) => {
          const state = registry.record(nodeId)?.state;
          return state !== undefined && state !== "offline";
        },
        send(nodeId, message) {
          if (message.type === "session.start" && pinnedNode(message.playerId) === undefined) warm?.noteStart(nodeId, message.title.manifest.id);
          return registry.send(nodeId, message);
        },
        answers: registry.checkLink,
        publicKey: (nodeId) => registry.record(nodeId)?.publicKey,
        unplayedCodecs(nodeId) {
          const record = registry.record(nodeId);
          return record ? unplayedCodecs(record) : [];
        },
        expect: registry.expect,
        forgetReported: registry.forgetReported,
        noteSessionEnded: registry.noteSessionEnded,
      },
    },
    scope,
  );
  const opened = sessions;
  const checking = setInterval(() => releaseForgotten(registry, opened, cluster, clock.monotonicMs()), FORGOTTEN_SWEEP_MS);
  scope.own(checking, () => clearInterval(checking));
  return { nodes: registry, servers, leases, sessions };
}

/** Since when a slot has been held for a session that nobody has. */
const forgottenSinceMs = new WeakMap<OpenNodes, Map<string, number>>();

/** The word that frees a slot is lost with the bus; a session that is nobody's any more holds none. */
function releaseForgotten(nodes: OpenNodes, sessions: Sessions, cluster: Cluster, nowMs: number): void {
  // What this process knows may be old.
  if (!cluster.connected) return;
  const before = forgottenSinceMs.get(nodes) ?? new Map<string, number>();
  const now = new Map<string, number>();
  for (const { nodeId, sessionId } of nodes.heldHere()) {
    if (sessions.holds(sessionId, nodeId)) continue;
    const sinceMs = before.get(`${nodeId} ${sessionId}`) ?? nowMs;
    if (nowMs - sinceMs >= FORGOTTEN_AFTER_MS) nodes.releaseSlot(nodeId, sessionId);
    else now.set(`${nodeId} ${sessionId}`, sinceMs);
  }
  forgottenSinceMs.set(nodes, now);
}

/** Each may be anywhere within its accuracy, and gets the benefit of the doubt. */
function lightMsBetween(a: Location, b: Location): number {
  return rttMsMin(Math.max(0, distanceKm(a, b) - a.accuracyKm - b.accuracyKm));
}
