// Servers, nodes and players without sockets: the real indexer on a memory store
// and the in-process cluster, with links and peers that only remember what they
// were told. Use under fake timers.

import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import type { SessionReport } from "@nearframe/shared/node/messages";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import type { Runtime, Title } from "@nearframe/shared/title/manifest";
import { vi } from "vitest";
import { joinLocalCluster } from "../cluster/adapters/local/local-cluster.ts";
import { createLocalHub, type LocalHub } from "../cluster/adapters/local/local-hub.ts";
import type { Cluster } from "../cluster/ports.ts";
import { openIndexer, type Indexer } from "../indexer.ts";
import { createLog } from "../log.ts";
import type { SessionSaves } from "../saves/ports.ts";
import type { NodeSessionMessage } from "../session/node-messages.ts";
import type { SessionMessage } from "../session/player-messages.ts";
import type { PlayedSession, PlayerPeer, PlayerPlace, SessionTelemetry } from "../session/ports.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import type { Store } from "../store/ports.ts";
import { device, nodeSample, playerSample, title } from "./fixtures.ts";
import { createTestIdentity, inventory, type TestIdentity } from "./node-identity.ts";
import { seededRandom } from "./seeded-random.ts";

export const silentLog = createLog("silent", { write: () => {} });

type OfType<M, T> = Extract<M, { type: T }>;

/** Lets what is on its way between parts, to the store and to other processes, arrive. */
export const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

export class FakePeer implements PlayerPeer {
  readonly playerId: string;
  readonly tabId: string | undefined;
  place: PlayerPlace = { address: undefined, timeZone: undefined };
  readonly messages: ServerToClient[] = [];
  readonly #indexer: Indexer;
  readonly #peer: PlayerPeer;

  constructor(playerId: string, indexer: Indexer, tabId?: string) {
    this.playerId = playerId;
    this.tabId = tabId;
    this.#indexer = indexer;
    const placeNow = () => this.place;
    this.#peer = indexer.sessions.players.open({
      playerId,
      tabId,
      get place() {
        return placeNow();
      },
      send: (message) => this.send(message),
    });
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

  say(message: SessionMessage): void | Promise<void> {
    return this.#indexer.sessions.players.handle(this.#peer, message);
  }

  /** Asks for a title and returns the session's id, if one was made. */
  async request(titleId = "freedoom"): Promise<string> {
    const requestId = `r${this.messages.length}`;
    await this.say({ type: "session.request", requestId, titleId, device });
    await settled();
    return this.all("session.created").find((message) => message.requestId === requestId)?.sessionId ?? "";
  }

  async resume(sessionId: string, { takeOver = false } = {}): Promise<void> {
    await this.say({ type: "session.resume", requestId: "resume", sessionId, device, ...(takeOver && { takeOver }) });
    await settled();
  }

  connected(sessionId: string): void {
    void this.say({ type: "session.connected", sessionId });
  }

  firstFrame(sessionId: string): void {
    void this.say({ type: "session.first-frame", sessionId, elapsedMs: 900 });
  }

  stalled(sessionId: string): void {
    void this.say({ type: "session.stalled", sessionId });
  }

  tell(sessionId: string): void {
    void this.say({ type: "session.telemetry", sessionId, sample: playerSample() });
  }

  leave(sessionId: string): void {
    void this.say({ type: "session.leave", sessionId });
  }

  held(): ReturnType<Indexer["sessions"]["players"]["heldBy"]> {
    return this.#indexer.sessions.players.heldBy(this);
  }

  disconnect(): void {
    this.#indexer.sessions.players.handlePeerClosed(this.#peer);
  }
}

/** Under which lease a node was last told of a session. */
const epochs = new Map<string, number>();

export class FakeNode {
  readonly nodeId: string;
  readonly messages: ServerToNode[] = [];
  readonly identity: TestIdentity;
  closedWith: number | undefined;
  /** Without power: its link looks well, and nothing comes from it. */
  silent = false;
  pings = 0;
  /** Of its link to the server. */
  rttMs: number | undefined;
  /** What it does with what it is told. */
  heard: (message: ServerToNode) => void = () => {};
  readonly #indexer: Indexer;

  constructor(nodeId: string, indexer: Indexer, identity: TestIdentity) {
    this.nodeId = nodeId;
    this.#indexer = indexer;
    this.identity = identity;
  }

  send(message: ServerToNode): void {
    if ("epoch" in message) epochs.set(`${this.nodeId} ${message.sessionId}`, message.epoch);
    this.messages.push(message);
    this.heard(message);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  answers(limitMs: number): Promise<boolean> {
    this.pings++;
    return this.silent ? new Promise((resolve) => setTimeout(() => resolve(false), limitMs)) : Promise.resolve(true);
  }

  register({ slots = 2, runtimes = ["native"] as Runtime[], sessions = [] as string[] } = {}): this {
    this.#indexer.nodes.register(this, {
      nodeId: this.nodeId,
      publicKey: this.identity.publicKey,
      address: `192.0.2.${this.nodeId.replace(/\D/g, "") || 1}`,
      trusted: true,
      inventory: inventory({ name: this.nodeId, slots, runtimes, canFetch: true }),
      sessions: this.reports(sessions),
      draining: false,
    });
    return this;
  }

  reports(sessionIds: readonly string[]): SessionReport[] {
    return sessionIds.map((sessionId) => ({ sessionId, epoch: this.epochOf(sessionId), use: "rendering" }));
  }

  epochOf(sessionId: string): number {
    return epochs.get(`${this.nodeId} ${sessionId}`) ?? 1;
  }

  heartbeat(sessions: string[] = []): void {
    this.#indexer.nodes.heartbeat(this.nodeId, this.reports(sessions));
  }

  say(message: NodeSessionMessage): void {
    this.#indexer.sessions.nodes.handle(this.nodeId, message);
  }

  tell(sessionId: string, change: Partial<NodeSample> = {}): void {
    this.say({ type: "session.telemetry", sessionId, epoch: this.epochOf(sessionId), sample: nodeSample(change) });
  }

  progress(sessionId: string, step: OfType<NodeSessionMessage, "session.progress">["step"]): void {
    this.say({ type: "session.progress", sessionId, epoch: this.epochOf(sessionId), step });
  }

  ended(sessionId: string, reason: OfType<ServerToNode, "session.stop">["reason"] = "player-left", detail?: string): void {
    this.say({ type: "session.ended", sessionId, epoch: this.epochOf(sessionId), reason, ...(detail !== undefined && { detail }) });
  }

  disconnect(): void {
    this.#indexer.nodes.unlink(this.nodeId, this);
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

  endSession(sessionId: string): undefined {
    this.ended.push(sessionId);
  }
}

/** Titles of these tests have no saves. */
export const keepsNothing: SessionSaves = { grant: () => undefined, latest: async () => undefined, listen: () => {} };

export type World = Awaited<ReturnType<typeof createWorld>>;

let worlds = 0;

/** One server process. With `hub` it is one of several; without it is alone. */
export async function createWorld({
  store = createMemoryStore() as Store,
  titles = [title(), title({ id: "page", runtime: "web" })] as Title[],
  hub = undefined as LocalHub | undefined,
  /** What stands between this process and the others. */
  through = (cluster: Cluster) => cluster,
  silencedBy = (_playerId: string, _nodeId: string): string | undefined => undefined,
} = {}) {
  const scope = new Scope();
  const telemetry = new FakeTelemetry();
  const number = ++worlds;
  const serverId = `server-${number}`;
  const clusterScope = scope.child();
  const sharedHub = hub ?? createLocalHub({ clock: systemClock, log: silentLog }, clusterScope);
  const cluster = through(joinLocalCluster({ serverId, hub: sharedHub, log: silentLog }, clusterScope));
  const identities = new Map<string, TestIdentity>();
  let ids = 0;
  const indexer = await openIndexer(
    {
      clock: systemClock,
      log: silentLog,
      cluster,
      titles: { find: (id) => titles.find(({ manifest }) => manifest.id === id), source: () => undefined },
      telemetry,
      store,
      saves: keepsNothing,
      random: seededRandom(worlds),
      newId: () => `s${number}-${++ids}`,
      locate: () => undefined,
      silencedBy,
    },
    scope.child(),
  );
  const identityOf = (nodeId: string) => {
    const identity = identities.get(nodeId) ?? createTestIdentity();
    identities.set(nodeId, identity);
    return identity;
  };
  return {
    scope,
    serverId,
    store,
    hub: sharedHub,
    nodes: indexer.nodes,
    sessions: indexer.sessions,
    servers: indexer.servers,
    telemetry,
    player: (playerId: string, tabId?: string) => new FakePeer(playerId, indexer, tabId),
    node: (nodeId: string) => new FakeNode(nodeId, indexer, identityOf(nodeId)),
    slotsFree: (nodeId: string) => indexer.nodes.record(nodeId)?.slotsFree,
    heldBy: (playerId: string) => indexer.sessions.players.heldBy({ playerId, tabId: undefined }).filter(({ elsewhere }) => !elsewhere),
  };
}

/** A player who plays on a node. */
export async function playing(world: World, player = world.player("p1")) {
  const node = world.node("n1").register();
  const sessionId = await player.request();
  player.connected(sessionId);
  player.firstFrame(sessionId);
  await settled();
  return { player, node, sessionId };
}

export function endOf(player: FakePeer) {
  return player.last("session.ended")?.reason;
}
