// One line over several processes, which meet on one hub: places are told as if there
// were one process, the first is served first wherever it waits, and no process that
// is dead or slow holds up the others.

import { describe, expect, test, vi } from "vitest";
import { ClusterUnavailableError } from "../cluster/ports.ts";
import { HEARTBEAT_MS } from "../nodes/limits.ts";
import { ask, positionOf, processesOfEachTest, type Asked, type Process } from "../testing/processes.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import type { FakeNode } from "../testing/world.ts";
import { LINE_TELL_MS, LINE_TTL_MS, PLACE_AGAIN_MS, YIELD_MS } from "./limits.ts";

/** From a change at one process until the places told at another fit again. */
const TOLD_MS = LINE_TELL_MS + PLACE_AGAIN_MS + 100;

const processes = processesOfEachTest();

type Guest = Asked & { sees?: boolean };

const startThree = async (): Promise<[Process, Process, Process]> => [await processes.now.start(), await processes.now.start(), await processes.now.start()];

const placed = ({ peer }: Guest): boolean => peer.messages.some((message) => message.type === "session.progress" && message.step === "placed");
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
    const all = await startThree();
    const [first] = all;
    const node = first.node("n1").register({ slots: 1 });
    await vi.advanceTimersByTimeAsync(10);
    let playing = await ask(first, "p0");
    expect(placed(playing)).toBe(true);
    const waiting: Guest[] = [];
    for (let count = 0; count < 9; count++) waiting.push(await ask(all[count % 3]!, `q${count}`));
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
    const [first, second, third] = await startThree();
    const keys = new Set<string>();
    processes.now.hub.entries("queue", LINE_TTL_MS).watch((change) => {
      if (change.type === "present") keys.add(change.entry.key);
      else keys.delete(change.key);
    }, processes.now.scope);
    const node = first.node("n1").register({ slots: 1 });
    await vi.advanceTimersByTimeAsync(10);
    const playing = await ask(first, "p0");
    await vi.advanceTimersByTimeAsync(TOLD_MS);
    // Who is placed at once was never told of.
    expect([...keys]).toEqual([]);
    const waiting = [await ask(second, "p1"), await ask(third, "p2")];
    await vi.advanceTimersByTimeAsync(TOLD_MS);
    expect(keys.size).toBeGreaterThan(0);
    for (const { peer, sessionId } of waiting) peer.leave(sessionId);
    await vi.advanceTimersByTimeAsync(TOLD_MS);
    expect([...keys]).toEqual([]);
    leave(node, playing);
  });
});

test("a process alone tells nobody who waits", async () => {
  const world = await processes.now.start();
  const writes: unknown[] = [];
  const { hub, scope } = processes.now;
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
  const slow = await processes.now.start((cluster) => ({
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
  const other = await processes.now.start();
  const node = other.node("n1").register({ slots: 1 });
  await vi.advanceTimersByTimeAsync(10);
  const playing = await ask(other, "p0");
  stuck.on = true;
  const waiting: Guest[] = [];
  for (let count = 0; count < 16; count++) waiting.push(await ask(other, `q${count}`));
  await vi.advanceTimersByTimeAsync(TOLD_MS);
  const owners = processes.now.owners();
  const mine = waiting.filter(({ sessionId }) => owners.get(sessionId) !== slow.serverId);
  // Sixteen draws between two: neither has all, but for one in 32,768.
  expect(mine.length).toBeGreaterThan(0);
  expect(mine.length).toBeLessThan(waiting.length);
  other.sessions.nodes.handle("n1", { type: "session.ended", sessionId: playing.sessionId, epoch: node.epochOf(playing.sessionId), reason: "player-left" });
  await pass(node, () => [], YIELD_MS + 2 * PLACE_AGAIN_MS + 500);
  expect(mine.filter(placed).map(({ sessionId }) => sessionId)).toEqual([mine[0]!.sessionId]);
});

test("come and go at three processes, of which one dies: nobody starves, and places fit", async () => {
  const tally = { served: 0, compared: 0 };
  for (let seed = 1; seed <= 6; seed++) {
    const random = seededRandom(seed);
    const [doomed, home, third] = await startThree();
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
        await doomed.kill();
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
    await processes.now.stop();
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(tally.served).toBeGreaterThan(50);
  expect(tally.compared).toBeGreaterThan(30);
}, 60_000);
