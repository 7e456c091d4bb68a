// One line over several processes, which meet on one hub: places are told as if there
// were one process, the first is served first wherever it waits, and no process that
// is dead or slow holds up the others.

import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLocalHub, type LocalHub } from "../cluster/adapters/local/local-hub.ts";
import { ClusterUnavailableError, type Cluster } from "../cluster/ports.ts";
import { HEARTBEAT_MS } from "../nodes/limits.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { cuttable } from "../testing/cuttable-cluster.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { createWorld, silentLog, type FakeNode, type FakePeer, type World } from "../testing/world.ts";
import { LINE_TELL_MS, LINE_TTL_MS, PLACE_AGAIN_MS, YIELD_MS } from "./limits.ts";

/** From a change at one process until the places told at another fit again. */
const TOLD_MS = LINE_TELL_MS + PLACE_AGAIN_MS + 100;

let scope: Scope;
let hub: LocalHub;
let store: ReturnType<typeof createMemoryStore>;
let worlds: World[];

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  hub = createLocalHub({ clock: systemClock, log: silentLog }, scope);
  store = createMemoryStore();
  worlds = [];
});

afterEach(async () => {
  for (const world of worlds) await Promise.all([world.scope.close(), vi.advanceTimersByTimeAsync(0)]);
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function join(through?: (cluster: Cluster) => Cluster): Promise<World> {
  const world = await createWorld({ store, hub, ...(through && { through }) });
  worlds.push(world);
  return world;
}

/** A process dies without a word, and what it has still to write is lost. */
async function kill(world: World, way: { up: boolean }): Promise<void> {
  worlds = worlds.filter((other) => other !== world);
  way.up = false;
  await Promise.all([world.scope.close("killed"), vi.advanceTimersByTimeAsync(0)]);
}

/** A player and what the page would know. */
type Guest = { peer: FakePeer; sessionId: string; sees?: boolean };

async function ask(world: World, name: string): Promise<Guest> {
  const peer = world.player(name);
  const sessionId = await peer.request();
  await vi.advanceTimersByTimeAsync(10);
  return { peer, sessionId: sessionId || peer.last("session.created")!.sessionId };
}

const placed = ({ peer }: Guest): boolean => peer.messages.some((message) => message.type === "session.progress" && message.step === "placed");
const positionOf = ({ peer }: Guest): number | undefined => peer.last("session.queued")?.position;
/** Places run from 1 without a gap. */
const inARow = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Frees the slot of one that plays. */
function leave(node: FakeNode, { peer, sessionId }: Guest): void {
  peer.leave(sessionId);
  node.ended(sessionId);
}

/** With the heartbeats that keep the node known. */
async function pass(node: FakeNode, running: () => string[], durationMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += 500) {
    const sessions = running();
    if (passedMs % HEARTBEAT_MS === 0) node.heartbeat(sessions);
    await vi.advanceTimersByTimeAsync(500);
  }
}

describe("one line over three processes", () => {
  test("tells places, and serves, in the order of asking, wherever each waits", async () => {
    for (let count = 0; count < 3; count++) await join();
    const node = worlds[0]!.node("n1").register({ slots: 1 });
    await vi.advanceTimersByTimeAsync(10);
    let playing = await ask(worlds[0]!, "p0");
    expect(placed(playing)).toBe(true);
    const waiting: Guest[] = [];
    for (let count = 0; count < 9; count++) waiting.push(await ask(worlds[count % 3]!, `q${count}`));
    await vi.advanceTimersByTimeAsync(TOLD_MS);
    expect(waiting.map(positionOf)).toEqual(inARow(9));
    // Those who wait longer have more to wait, whichever process reckons it.
    const waits = waiting.map(({ peer }) => peer.last("session.queued")!.waitMs!);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    while (waiting.length > 0) {
      leave(node, playing);
      await pass(node, () => [], YIELD_MS);
      const next = waiting.shift()!;
      expect(placed(next)).toBe(true);
      expect(waiting.map(placed)).toEqual(waiting.map(() => false));
      expect(waiting.map(positionOf)).toEqual(inARow(waiting.length));
      playing = next;
    }
    leave(node, playing);
    await vi.advanceTimersByTimeAsync(TOLD_MS);
  });

  test("what was told of a line goes with it", async () => {
    for (let count = 0; count < 3; count++) await join();
    const keys = new Set<string>();
    hub.entries("queue", LINE_TTL_MS).watch((change) => {
      if (change.type === "present") keys.add(change.entry.key);
      else keys.delete(change.key);
    }, scope);
    const node = worlds[0]!.node("n1").register({ slots: 1 });
    await vi.advanceTimersByTimeAsync(10);
    const playing = await ask(worlds[0]!, "p0");
    await vi.advanceTimersByTimeAsync(TOLD_MS);
    // Who is placed at once was never told of.
    expect([...keys]).toEqual([]);
    const waiting = [await ask(worlds[1]!, "p1"), await ask(worlds[2]!, "p2")];
    await vi.advanceTimersByTimeAsync(TOLD_MS);
    expect(keys.size).toBeGreaterThan(0);
    for (const { peer, sessionId } of waiting) peer.leave(sessionId);
    await vi.advanceTimersByTimeAsync(TOLD_MS);
    expect([...keys]).toEqual([]);
    leave(node, playing);
  });
});

test("a process alone tells nobody who waits", async () => {
  const world = await join();
  const writes: unknown[] = [];
  hub.entries("queue", LINE_TTL_MS).watch((change) => writes.push(change), scope);
  world.node("n1").register({ slots: 1 });
  await ask(world, "p1");
  const second = await ask(world, "p2");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(positionOf(second)).toBe(1);
  expect(writes).toEqual([]);
});

test("a process that takes no slot, though it lives, holds up the others for a moment only", async () => {
  // Its every try for a lease fails, from when it is switched on.
  const stuck = { on: false };
  const slow = await join((cluster) => ({
    ...cluster,
    get connected() {
      return cluster.connected;
    },
    async bucket(name, options) {
      const bucket = await cluster.bucket(name, options);
      if (name !== "slots") return bucket;
      const refuse = () => Promise.reject(new ClusterUnavailableError("stuck"));
      return {
        ...bucket,
        create: (key, value) => (stuck.on ? refuse() : bucket.create(key, value)),
        update: (key, value, revision) => (stuck.on ? refuse() : bucket.update(key, value, revision)),
      };
    },
  }));
  const other = await join();
  const node = other.node("n1").register({ slots: 1 });
  await vi.advanceTimersByTimeAsync(10);
  const playing = await ask(other, "p0");
  stuck.on = true;
  const waiting: Guest[] = [];
  for (let count = 0; count < 16; count++) waiting.push(await ask(other, `q${count}`));
  await vi.advanceTimersByTimeAsync(TOLD_MS);
  const ownedBySlow = new Set<string>();
  for (const change of ownersOf()) if (change.ownerId === slow.serverId) ownedBySlow.add(change.sessionId);
  const mine = waiting.filter(({ sessionId }) => !ownedBySlow.has(sessionId));
  // Sixteen draws between two: neither has all, but for one in 32,768.
  expect(ownedBySlow.size).toBeGreaterThan(0);
  expect(mine.length).toBeGreaterThan(0);
  other.sessions.nodes.handle("n1", { type: "session.ended", sessionId: playing.sessionId, epoch: node.epochOf(playing.sessionId), reason: "player-left" });
  await pass(node, () => [], YIELD_MS + 2 * PLACE_AGAIN_MS + 500);
  expect(mine.filter(placed).map(({ sessionId }) => sessionId)).toEqual([mine[0]!.sessionId]);
});

/** Who has each session, by the cluster's own list. */
function ownersOf(): { sessionId: string; ownerId: string }[] {
  const found: { sessionId: string; ownerId: string }[] = [];
  const watching = new Scope();
  hub.entries("sessions", undefined).watch((change) => {
    if (change.type === "present") found.push({ sessionId: change.entry.key, ownerId: (JSON.parse(change.entry.text) as { ownerId: string }).ownerId });
  }, watching);
  void watching.close();
  return found;
}

test("come and go at three processes, of which one dies: nobody starves, and places fit", async () => {
  const tally = { served: 0, compared: 0 };
  for (let seed = 1; seed <= 6; seed++) {
    const random = seededRandom(seed);
    const ways = Array.from({ length: 3 }, () => ({ up: true }));
    for (const way of ways) await join((cluster) => cuttable(cluster, way, new Set()));
    const [doomed, home, third] = worlds as [World, World, World];
    const node = home.node(`n${seed}`).register({ slots: 2 });
    await vi.advanceTimersByTimeAsync(10);
    let guests: Guest[] = [];
    const running = () => {
      const playing = guests.filter(placed);
      // What never showed a picture is not worth going on with when its owner dies.
      for (const guest of playing) {
        if (guest.sees) continue;
        guest.sees = true;
        guest.peer.connected(guest.sessionId);
        guest.peer.firstFrame(guest.sessionId);
      }
      return playing.map(({ sessionId }) => sessionId);
    };
    for (let turn = 0; turn < 60; turn++) {
      const dice = random();
      if (turn === 30) {
        await kill(doomed, ways[0]!);
        // It is missed after some seconds.
        await pass(node, running, 15_000);
      }
      if (turn < 45 && dice < 0.5) guests.push(await ask(pick(random, [home, third]), `p${seed}-${turn}`));
      else if (dice < 0.85) {
        const done = guests.find(({ sees }) => sees);
        if (done) leave(node, done);
        if (done) tally.served++;
        guests = guests.filter((guest) => guest !== done);
      } else {
        const bored = guests.filter((guest) => !placed(guest)).at(-1);
        bored?.peer.leave(bored.sessionId);
        guests = guests.filter((guest) => guest !== bored);
      }
      await pass(node, running, 2_000);
      const waiting = guests.filter((guest) => !placed(guest));
      if (waiting.length > 1) tally.compared++;
      const told = waiting.map((guest) => positionOf(guest) ?? 0).toSorted((a, b) => a - b);
      expect(told, `seed ${seed}, turn ${turn}`).toEqual(inARow(waiting.length));
      expect(running().length, `seed ${seed}, turn ${turn}`).toBe(Math.min(2, guests.length));
    }
    while (guests.length > 0) {
      const before = guests.length;
      for (const done of guests.filter(placed)) leave(node, done);
      guests = guests.filter((guest) => !placed(guest));
      await pass(node, running, 5_000);
      expect(guests.length, `seed ${seed}: nobody could be served`).toBeLessThan(before);
    }
    for (const world of worlds) await Promise.all([world.scope.close(), vi.advanceTimersByTimeAsync(0)]);
    worlds = [];
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(tally.served).toBeGreaterThan(50);
  expect(tally.compared).toBeGreaterThan(30);
}, 60_000);
