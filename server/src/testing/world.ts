// Sessions, nodes and players without sockets: the real session and node code on
// a memory store, with links and peers that only remember what they were told.
// Use under fake timers.

import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Runtime, Title } from "@nearframe/shared/title/manifest";
import { joinLocalCluster } from "../cluster/adapters/local/local-cluster.ts";
import { createLocalHub } from "../cluster/adapters/local/local-hub.ts";
import { createLog } from "../log.ts";
import { openNodes, type OpenNodes as Nodes } from "../nodes/open-nodes.ts";
import type { PlayedSession, PlayerPeer, SessionTelemetry } from "../session/ports.ts";
import { createSessions, type Sessions } from "../session/sessions.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import type { SessionSaves } from "../saves/ports.ts";
import type { Store } from "../store/ports.ts";
import { device, nodeSample, playerSample, title } from "./fixtures.ts";
import { inventory, report, TEST_NODE } from "./node-identity.ts";

export const silentLog = createLog("silent", { write: () => {} });

type OfType<M, T> = Extract<M, { type: T }>;

export class FakePeer implements PlayerPeer {
  readonly playerId: string;
  readonly messages: ServerToClient[] = [];
  readonly #sessions: Sessions;

  constructor(playerId: string, sessions: Sessions) {
    this.playerId = playerId;
    this.#sessions = sessions;
  }

  send(message: ServerToClient): void {
    this.messages.push(message);
  }

  all<T extends ServerToClient["type"]>(type: T): OfType<ServerToClient, T>[] {
    return this.messages.filter((message): message is OfType<ServerToClient, T> => message.type === type);
  }

  last<T extends ServerToClient["type"]>(type: T): OfType<ServerToClient, T> | undefined {
    return this.all(type).at(-1);
  }

  /** Asks for a title and returns the session's id, if one was made. */
  request(titleId = "freedoom"): string {
    const requestId = `r${this.messages.length}`;
    this.#sessions.handleRequest(this, { type: "session.request", requestId, titleId, device });
    return this.all("session.created").find((message) => message.requestId === requestId)?.sessionId ?? "";
  }

  resume(sessionId: string): Promise<void> {
    return this.#sessions.handleResume(this, { type: "session.resume", requestId: "resume", sessionId, device });
  }

  connected(sessionId: string): void {
    this.#sessions.handleConnected(this, { type: "session.connected", sessionId });
  }

  firstFrame(sessionId: string): void {
    this.#sessions.handleFirstFrame(this, { type: "session.first-frame", sessionId, elapsedMs: 900 });
  }

  tell(sessionId: string): void {
    this.#sessions.handlePlayerTelemetry(this, { type: "session.telemetry", sessionId, sample: playerSample() });
  }

  leave(sessionId: string): void {
    this.#sessions.handleLeave(this, { type: "session.leave", sessionId });
  }

  disconnect(): void {
    this.#sessions.handlePeerClosed(this);
  }
}

export class FakeNode {
  readonly nodeId: string;
  readonly messages: ServerToNode[] = [];
  closedWith: number | undefined;
  readonly #nodes: Nodes;
  readonly #sessions: Sessions;

  constructor(nodeId: string, { nodes, sessions }: { nodes: Nodes; sessions: Sessions }) {
    this.nodeId = nodeId;
    this.#nodes = nodes;
    this.#sessions = sessions;
  }

  send(message: ServerToNode): void {
    // What the registry takes a node for is its own tests' business.
    if (message.type !== "node.state") this.messages.push(message);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  register({ slots = 2, runtimes = ["native"] as Runtime[], sessions = [] as string[] } = {}): this {
    this.#nodes.register(this, {
      nodeId: this.nodeId,
      publicKey: TEST_NODE.publicKey,
      address: "192.0.2.7",
      trusted: true,
      inventory: inventory({ name: this.nodeId, runtimes, slots }),
      sessions: sessions.map((sessionId) => report(sessionId)),
      draining: false,
    });
    return this;
  }

  heartbeat(sessions: string[] = []): void {
    this.#nodes.heartbeat(this.nodeId, sessions.map((sessionId) => report(sessionId)));
  }

  tell(sessionId: string): void {
    this.#sessions.handleNodeTelemetry(this.nodeId, { type: "session.telemetry", sessionId, epoch: 1, sample: nodeSample() });
  }

  ended(sessionId: string, reason: OfType<ServerToNode, "session.stop">["reason"] = "player-left"): void {
    this.#sessions.handleEnded(this.nodeId, { type: "session.ended", sessionId, epoch: 1, reason });
  }

  disconnect(): void {
    this.#nodes.unlink(this.nodeId, this);
  }

  of<T extends ServerToNode["type"]>(type: T): OfType<ServerToNode, T>[] {
    return this.messages.filter((message): message is OfType<ServerToNode, T> => message.type === type);
  }
}

/** Only remembers. */
export class FakeTelemetry implements SessionTelemetry {
  readonly taken: { from: "player" | "node"; session: PlayedSession }[] = [];
  readonly ended: string[] = [];
  refused = 0;

  takePlayerSample(session: PlayedSession): void {
    this.taken.push({ from: "player", session });
  }

  takeNodeSample(session: PlayedSession): void {
    this.taken.push({ from: "node", session });
  }

  refuseSample(): void {
    this.refused++;
  }

  endSession(sessionId: string): void {
    this.ended.push(sessionId);
  }
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld({
  store = createMemoryStore() as Store,
  titles = [title(), title({ id: "page", runtime: "web" })] as Title[],
} = {}) {
  const scope = new Scope();
  const telemetry = new FakeTelemetry();
  const nodeScope = scope.child();
  const hub = createLocalHub({ clock: systemClock, log: silentLog }, scope);
  const cluster = joinLocalCluster({ serverId: "server-1", hub, log: silentLog }, scope);
  const nodes: Nodes = await openNodes(
    {
      clock: systemClock,
      log: silentLog,
      cluster,
      events: {
        onLinked: (nodeId, ids) => sessions.handleLinked(nodeId, ids),
        onReported: (nodeId, ids) => sessions.handleReported(nodeId, ids),
        onLost: (nodeId) => sessions.handleLost(nodeId),
      },
    },
    nodeScope,
  );
  let ids = 0;
  const prefix = Math.trunc(performance.now());
  const sessions: Sessions = createSessions(
    {
      clock: systemClock,
      log: silentLog,
      nodes,
      telemetry,
      titles: { find: (id) => titles.find(({ manifest }) => manifest.id === id) },
      store,
      saves: keepsNothing,
      newId: () => `s${prefix}-${++ids}`,
    },
    scope.child(),
  );
  await sessions.restore();
  return {
    scope,
    store,
    nodes,
    sessions,
    telemetry,
    player: (playerId: string) => new FakePeer(playerId, sessions),
    node: (nodeId: string) => new FakeNode(nodeId, { nodes, sessions }),
    slotsFree: (nodeId: string) => nodes.candidates().find((node) => node.nodeId === nodeId)?.slotsFree,
  };
}

/** Titles of these tests have no saves. */
export const keepsNothing: SessionSaves = { grant: () => undefined, latest: async () => undefined, listen: () => {} };

/** A player who plays on a node. */
export function playing(world: World, player = world.player("p1")) {
  const node = world.node("n1").register();
  const sessionId = player.request();
  player.connected(sessionId);
  player.firstFrame(sessionId);
  return { player, node, sessionId };
}

export function endOf(player: FakePeer) {
  return player.last("session.ended")?.reason;
}
