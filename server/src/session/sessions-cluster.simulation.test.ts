// Several servers on one cluster, with players and nodes on any of them: servers
// die and are cut off, nodes die and lose their links, players drop and come back
// elsewhere. In the end every session has ended once, is metered once, and nothing
// of it is left anywhere. Seeded, but for who is drawn as a session's
// owner: a failure prints its seed and what had happened.

import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HEARTBEAT_MS } from "../nodes/limits.ts";
import { offer } from "../testing/fixtures.ts";
import { createTestIdentity } from "../testing/node-identity.ts";
import { Processes, type Process } from "../testing/processes.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { settled, type FakeNode, type FakePeer } from "../testing/world.ts";
import { HOLD_MS, MOVE_WAIT_MS, PARKED_MS } from "./limits.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SLOTS = 2;
const SERVERS = 3;

class Player {
  readonly playerId: string;
  server: Process | undefined;
  peer: FakePeer | undefined;
  sessionId: string | undefined;
  #read = 0;

  constructor(playerId: string) {
    this.playerId = playerId;
  }

  connect(server: Process): void {
    this.server = server;
    this.peer = server.player(this.playerId, `tab-${this.playerId}`);
    this.#read = 0;
  }

  drop(): void {
    if (this.server && !this.server.dead) this.peer?.disconnect();
    this.peer = undefined;
    this.server = undefined;
  }

  /** Does what a page does with what it was told. */
  listen(): void {
    const { peer } = this;
    if (!peer) return;
    for (const message of peer.messages.slice(this.#read)) {
      if (message.type === "session.created") this.sessionId = message.sessionId;
      if (message.type === "session.ended" && message.sessionId === this.sessionId && message.reason !== "taken-over") this.sessionId = undefined;
      if (message.type === "error" && (message.code === "SESSION_UNKNOWN" || message.code === "SERVER_BUSY")) this.sessionId = undefined;
      if (message.type === "session.offer" && !message.probe) {
        peer.connected(message.sessionId);
        peer.firstFrame(message.sessionId);
      }
    }
    this.#read = peer.messages.length;
  }
}

class Node {
  readonly nodeId: string;
  readonly identity = createTestIdentity();
  /** Titles that run, by session, with their epoch. */
  readonly running = new Map<string, number>();
  server: Process | undefined;
  link: FakeNode | undefined;

  constructor(nodeId: string) {
    this.nodeId = nodeId;
  }

  connect(server: Process): void {
    this.server = server;
    const link = server.node(this.nodeId);
    this.link = link;
    link.heard = (message) => this.#handle(link, message);
    link.register({ slots: SLOTS, sessions: [...this.running.keys()] });
  }

  disconnect(): void {
    if (this.server && !this.server.dead) this.link?.disconnect();
    this.link = undefined;
    this.server = undefined;
  }

  die(): void {
    this.disconnect();
    this.running.clear();
  }

  #handle(link: FakeNode, message: ServerToNode): void {
    if (message.type === "session.start") {
      const { sessionId, epoch } = message;
      if ((this.running.get(sessionId) ?? 0) > epoch) return;
      // The node itself has the last word on what it carries: a server that was cut off may know less.
      if (!this.running.has(sessionId) && this.running.size >= SLOTS) {
        return link.say({ type: "session.ended", sessionId, epoch, reason: "node-failed" });
      }
      this.running.set(sessionId, epoch);
    }
    if (message.type === "session.start" || message.type === "session.rejoin") {
      const { sessionId, epoch } = message;
      setTimeout(() => {
        if (this.link === link) link.say({ type: "session.offer", sessionId, epoch, offer });
      }, 50);
    }
    if (message.type === "session.stop") {
      const { sessionId, epoch } = message;
      setTimeout(() => {
        if ((this.running.get(sessionId) ?? Infinity) > epoch) return;
        this.running.delete(sessionId);
        if (this.link && !this.server?.dead) this.link.say({ type: "session.ended", sessionId, epoch, reason: "player-left" });
      }, 300);
    }
  }
}

async function pass(network: Processes, nodes: readonly Node[], players: readonly Player[], durationMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += 500) {
    if (passedMs % HEARTBEAT_MS === 0) for (const node of nodes) node.link?.heartbeat([...node.running.keys()]);
    await vi.advanceTimersByTimeAsync(500);
    for (const player of players) player.listen();
  }
}

test("servers and nodes die, are cut off and come back: every session ends once, is metered once, and leaves nothing", async () => {
  const tally = { requested: 0, played: 0, killed: 0, cut: 0, adopted: 0, leftTheDead: 0 };
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const network = new Processes();
    const { saveSession } = network.store;
    /** Every session that was ever stored. */
    const seen = new Set<string>();
    network.store.saveSession = (record, turns) => {
      seen.add(record.id);
      return saveSession(record, turns);
    };
    for (let count = 0; count < SERVERS; count++) await network.start();
    const nodes = ["n1", "n2", "n3", "n4"].map((nodeId) => new Node(nodeId));
    const players = ["p1", "p2", "p3", "p4", "p5", "p6"].map((playerId) => new Player(playerId));
    for (const node of nodes) node.connect(pick(random, network.running));
    await settled();
    const past: string[] = [];
    const killServer = async (server: Process): Promise<void> => {
      tally.killed++;
      for (const other of nodes) if (other.server === server) { other.link = undefined; other.server = undefined; }
      for (const other of players) if (other.server === server) other.drop();
      await server.kill();
      // Those who hung on it dial again, anywhere.
      for (const other of nodes) if (!other.link && random() < 0.9) other.connect(pick(random, network.running));
      await network.start();
    };
    for (let count = 0; count < 60; count++) {
      const player = pick(random, players);
      const node = pick(random, nodes);
      const server = pick(random, network.running);
      const dice = random();
      if (dice < 0.4) {
        if (!player.peer) {
          past.push(`${player.playerId} connects`);
          player.connect(server);
          if (player.sessionId !== undefined) player.peer!.connected(player.sessionId);
        } else if (player.sessionId === undefined) {
          past.push(`${player.playerId} requests`);
          tally.requested++;
          await player.peer.request();
        }
      } else if (dice < 0.5) {
        past.push(`${player.playerId} drops`);
        player.drop();
      } else if (dice < 0.56) {
        past.push(`${player.playerId} leaves`);
        if (player.sessionId !== undefined) player.peer?.leave(player.sessionId);
      } else if (dice < 0.62) {
        past.push(`${node.nodeId} ${node.link ? "loses its link" : "is back"}`);
        if (node.link) node.disconnect();
        else node.connect(server);
      } else if (dice < 0.66) {
        past.push(`${node.nodeId} dies`);
        node.die();
        node.connect(server);
      } else if (dice < 0.7 && network.running.length > 1) {
        past.push(`${server.serverId} is killed`);
        await killServer(server);
      } else if (dice < 0.75) {
        past.push(`${server.serverId} is ${server.connected ? "cut off" : "healed"}`);
        if (server.connected) tally.cut++;
        server.setConnected(!server.connected);
      } else if (dice < 0.82) {
        // Said at the worst of moments: the owner is dead, and nobody knows it yet.
        for (const each of network.running) each.setConnected(true);
        await settled();
        const ownerOf = ({ sessionId }: Player) => (sessionId === undefined ? undefined : network.ownerOf(sessionId));
        const leaver = players.find((each) => each.peer && ownerOf(each) && ownerOf(each) !== each.server);
        const owner = leaver && ownerOf(leaver);
        if (!leaver?.peer || leaver.sessionId === undefined || !owner) continue;
        const { peer, sessionId } = leaver;
        past.push(`${owner.serverId} is killed as ${leaver.playerId} leaves`);
        tally.leftTheDead++;
        await killServer(owner);
        peer.leave(sessionId);
        await pass(network, nodes, players, PARKED_MS);
        const record = await network.store.findSession(sessionId);
        expect(record?.end, `${sessionId}, seed ${seed}: ${past.join(", ")}`).toBeDefined();
      } else {
        past.push("time passes");
        await pass(network, nodes, players, Math.floor(random() * 12_000));
      }
      await pass(network, nodes, players, 500);
    }

    // All is well again, and everybody goes.
    for (const server of network.running) server.setConnected(true);
    for (const node of nodes) if (!node.link) node.connect(network.running[0]!);
    await pass(network, nodes, players, 20_000);
    for (const player of players) player.drop();
    await pass(network, nodes, players, 3 * HOLD_MS + MOVE_WAIT_MS);
    const story = `seed ${seed}: ${past.join(", ")}`;
    const left = {
      open: (await network.store.openSessions()).map(({ record }) => [record.id, record.state]),
      running: nodes.flatMap(({ nodeId, running }) => [...running].map(([id]) => `${nodeId} ${id}`)),
      slotsFree: nodes.map(({ nodeId }) => network.running[0]!.slotsFree(nodeId)),
      known: network.running.flatMap((server) => players.flatMap(({ playerId }) => server.heldBy(playerId))),
    };
    expect(left, story).toEqual({ open: [], running: [], slotsFree: nodes.map(() => SLOTS), known: [] });
    for (const id of seen) {
      const record = await network.store.findSession(id);
      const { end, played, term } = record!;
      if (term > 1) tally.adopted++;
      if (!played) continue;
      tally.played++;
      expect(played.runningSinceMs, `${id}, ${story}`).toBeUndefined();
      expect(played.meteredMs, `${id}, ${story}`).toBeLessThanOrEqual(end!.atMs - played.sinceMs);
    }
    await network.close();
    vi.clearAllTimers();
  }
  // The run was worth something.
  expect(tally.requested).toBeGreaterThan(60);
  expect(tally.played).toBeGreaterThan(40);
  expect(tally.killed).toBeGreaterThan(10);
  expect(tally.cut).toBeGreaterThan(10);
  expect(tally.adopted).toBeGreaterThan(5);
  expect(tally.leftTheDead).toBeGreaterThan(5);
}, 240_000);
