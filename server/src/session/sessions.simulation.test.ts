// Hours of players who come, drop, return and leave, on nodes whose links break
// and whose titles crash, under a server that restarts now and then. Seeded: a
// failure prints its seed and what had happened.

import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HEARTBEAT_MS } from "../nodes/limits.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { createWorld, settled, type FakeNode, type FakePeer, type World } from "../testing/world.ts";
import { HOLD_MS } from "./limits.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SLOTS = 2;
const NODE_IDS = ["n1", "n2"];
const PLAYER_IDS = ["p1", "p2", "p3", "p4", "p5", "p6"];

/** A node as it should be: runs what it is told to, stops what it is told to, and remembers over a lost link. */
class HonestNode {
  readonly running = new Set<string>();
  readonly nodeId: string;
  /** Ends that could not be reported while the link was down. */
  unreported: string[] = [];
  link: FakeNode | undefined;
  most = 0;

  constructor(nodeId: string) {
    this.nodeId = nodeId;
  }

  connect(world: World): void {
    const link = world.node(this.nodeId);
    this.link = link;
    link.heard = (message) => this.#handle(world, message);
    link.register({ slots: SLOTS, sessions: [...this.running] });
    for (const sessionId of this.unreported.splice(0)) link.ended(sessionId, "title-exited");
  }

  disconnect(): void {
    const { link } = this;
    this.link = undefined;
    link?.disconnect();
  }

  /** The process dies and another takes its place, which knows nothing of what ran. */
  crash(world: World): void {
    this.disconnect();
    this.running.clear();
    this.unreported = [];
    this.connect(world);
  }

  end(sessionId: string): void {
    if (!this.running.delete(sessionId)) return;
    if (this.link) this.link.ended(sessionId, "title-exited");
    else this.unreported.push(sessionId);
  }

  #handle(world: World, message: ServerToNode): void {
    if (message.type === "session.start") {
      this.running.add(message.sessionId);
      this.most = Math.max(this.most, this.running.size);
    }
    if (message.type === "session.stop") {
      // Closing takes a moment, in which anything may happen.
      setTimeout(() => {
        if (world.scope.closed) this.running.delete(message.sessionId);
        else this.end(message.sessionId);
      }, 300);
    }
  }
}

type Simulation = {
  world: World;
  nodes: HonestNode[];
  /** The players who are connected, each with the session that they believe to have. */
  players: Map<string, { peer: FakePeer; sessionId: string | undefined }>;
  past: string[];
  tally: Record<"requested" | "resumed" | "restarted" | "placed", number>;
};

async function step(simulation: Simulation, random: () => number): Promise<void> {
  const { world, nodes, players, past, tally } = simulation;
  const playerId = pick(random, PLAYER_IDS);
  const player = players.get(playerId);
  const node = pick(random, nodes);
  const dice = random();
  if (dice < 0.45) {
    if (!player) {
      past.push(`${playerId} connects`);
      const peer = world.player(playerId);
      const held = world.heldBy(playerId)[0];
      players.set(playerId, { peer, sessionId: held?.sessionId });
      if (held) {
        tally.resumed++;
        await peer.resume(held.sessionId);
      }
    } else if (player.sessionId === undefined || player.peer.last("session.ended")?.sessionId === player.sessionId) {
      past.push(`${playerId} requests`);
      tally.requested++;
      player.sessionId = (await player.peer.request()) || undefined;
    } else {
      past.push(`${playerId} sees a frame`);
      player.peer.connected(player.sessionId);
      player.peer.firstFrame(player.sessionId);
    }
  } else if (dice < 0.6) {
    past.push(`${playerId} drops`);
    player?.peer.disconnect();
    players.delete(playerId);
  } else if (dice < 0.7) {
    past.push(`${playerId} leaves`);
    if (player?.sessionId !== undefined) player.peer.leave(player.sessionId);
  } else if (dice < 0.78) {
    past.push(`${node.nodeId} ${node.link ? "loses its link" : "is back"}`);
    if (node.link) node.disconnect();
    else node.connect(world);
  } else if (dice < 0.81) {
    past.push(`${node.nodeId} crashes`);
    node.crash(world);
  } else if (dice < 0.85) {
    const [sessionId] = node.running;
    past.push(`a title on ${node.nodeId} exits`);
    if (sessionId !== undefined) node.end(sessionId);
  } else if (dice < 0.88) {
    past.push("the server restarts");
    tally.restarted++;
    await restart(simulation);
  } else {
    past.push("time passes");
    await pass(simulation, Math.floor(random() * 15_000));
  }
}

async function restart(simulation: Simulation): Promise<void> {
  const { world, nodes, players } = simulation;
  world.sessions.stop();
  await Promise.all([world.scope.close(), vi.advanceTimersByTimeAsync(0)]);
  for (const node of nodes) node.link = undefined;
  players.clear();
  simulation.world = await createWorld({ store: world.store });
  for (const node of nodes) node.connect(simulation.world);
}

/** Lets time go by, with the nodes' heartbeats in it. */
async function pass({ nodes }: Simulation, durationMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += HEARTBEAT_MS) {
    for (const node of nodes) node.link?.heartbeat([...node.running]);
    await vi.advanceTimersByTimeAsync(Math.min(HEARTBEAT_MS, durationMs - passedMs));
  }
}

/** What must hold after every step; undefined if it does. */
function broken({ world, nodes, players }: Simulation): string | undefined {
  for (const { nodeId, slots, slotsFree } of world.nodes.candidates()) {
    if (slots > 0 && (slotsFree < 0 || slotsFree > slots)) return `${nodeId} has ${slotsFree} of ${slots} slots free`;
  }
  for (const { nodeId, most } of nodes) {
    if (most > SLOTS) return `${nodeId} ran ${most} sessions at once`;
  }
  for (const [playerId, { peer }] of players) {
    const ended = peer.all("session.ended").map(({ sessionId }) => sessionId);
    if (new Set(ended).size < ended.length) return `${playerId} was told twice of one end`;
  }
  return undefined;
}

test("no slot is given twice or lost, no end told twice, and everything ends", async () => {
  const tally = { requested: 0, resumed: 0, restarted: 0, placed: 0 };
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed);
    const simulation: Simulation = {
      world: await createWorld(),
      nodes: NODE_IDS.map((nodeId) => new HonestNode(nodeId)),
      players: new Map(),
      past: [],
      tally,
    };
    const check = () => {
      const wrong = broken(simulation);
      if (wrong !== undefined) expect.fail(`${wrong}; seed ${seed}: ${simulation.past.join(", ")}`);
    };
    for (const node of simulation.nodes) node.connect(simulation.world);
    for (let count = 0; count < 150; count++) {
      await step(simulation, random);
      await settled();
      check();
    }

    // Everybody goes, the nodes stay: in the end nothing is left of anybody.
    for (const { peer } of simulation.players.values()) peer.disconnect();
    for (const node of simulation.nodes) if (!node.link) node.connect(simulation.world);
    await pass(simulation, 3 * HOLD_MS);
    check();
    const { world, nodes } = simulation;
    const left = {
      slotsFree: world.nodes.candidates().map(({ slotsFree }) => slotsFree),
      running: nodes.map(({ running }) => running.size),
      held: PLAYER_IDS.flatMap((playerId) => world.heldBy(playerId)),
      open: await world.store.openSessions(),
    };
    expect(left, `seed ${seed}: ${simulation.past.join(", ")}`).toEqual({
      slotsFree: [SLOTS, SLOTS],
      running: [0, 0],
      held: [],
      open: [],
    });
    tally.placed += Math.max(...nodes.map(({ most }) => most));
    await world.scope.close();
    vi.clearAllTimers();
  }
  // The run was worth something.
  expect(tally.requested).toBeGreaterThan(300);
  expect(tally.resumed).toBeGreaterThan(60);
  expect(tally.restarted).toBeGreaterThan(60);
  expect(tally.placed).toBeGreaterThan(60);
}, 60_000);
