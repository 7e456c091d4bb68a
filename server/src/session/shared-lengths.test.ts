// How long sessions last, told between processes that meet on one hub.

import { expect, test, vi } from "vitest";
import { joinLocalCluster } from "../cluster/adapters/local/local-cluster.ts";
import { cuttable } from "../testing/cuttable-cluster.ts";
import { ask, processesOfEachTest } from "../testing/processes.ts";
import { silentLog } from "../testing/world.ts";
import { LENGTHS_KEPT_MAX, LENGTHS_TELL_MS, LENGTHS_TOLD_MAX, LENGTHS_TTL_MS } from "./limits.ts";
import { openSharedLengths } from "./shared-lengths.ts";

const processes = processesOfEachTest();

async function join(serverId: string, way = { up: true }) {
  const { hub, scope } = processes.now;
  const own = scope.child();
  const cluster = cuttable(joinLocalCluster({ serverId, hub, log: silentLog }, own), way, new Set());
  const lengths = await openSharedLengths({ cluster, log: silentLog, nowMs: () => Date.now() }, own);
  return { ...lengths, own, seen: () => lengths.lastEnded().ended.map(({ lengthMs }) => lengthMs) };
}

const told = () => vi.advanceTimersByTimeAsync(LENGTHS_TELL_MS + 10);

test("what ended at one process is known to all, also to one that comes later, and when the first is gone", async () => {
  const [first, second] = [await join("a"), await join("b")];
  first.observe(60_000);
  await vi.advanceTimersByTimeAsync(10);
  second.observe(90_000);
  expect(second.seen()).toEqual([90_000]);
  await told();
  expect([first.seen(), second.seen()]).toEqual([[60_000, 90_000], [60_000, 90_000]]);
  await Promise.all([first.own.close(), vi.advanceTimersByTimeAsync(0)]);
  const third = await join("c");
  expect(third.seen()).toEqual([60_000, 90_000]);
  // Nothing is known for ever.
  await vi.advanceTimersByTimeAsync(LENGTHS_TTL_MS + 10_000);
  expect(third.seen()).toEqual([]);
});

test("what is told and what is kept is bounded, and the newest stays", async () => {
  const [first, second, third] = [await join("a"), await join("b"), await join("c")];
  for (const process of [first, second, third]) {
    await vi.advanceTimersByTimeAsync(10);
    for (let count = 1; count <= LENGTHS_KEPT_MAX + 1; count++) process.observe(count);
  }
  expect(first.seen()).toHaveLength(LENGTHS_KEPT_MAX);
  await told();
  expect(first.seen()).toHaveLength(LENGTHS_KEPT_MAX);
  expect(first.seen().slice(-LENGTHS_TOLD_MAX)).toEqual(Array.from({ length: LENGTHS_TOLD_MAX }, (_, index) => LENGTHS_KEPT_MAX + 2 - LENGTHS_TOLD_MAX + index));
});

test("it is known from when on all ends are among them", async () => {
  const beganAtMs = Date.now();
  const first = await join("a");
  await vi.advanceTimersByTimeAsync(60_000);
  const second = await join("b");
  expect([first.lastEnded().sinceMs, second.lastEnded().sinceMs]).toEqual([beganAtMs, beganAtMs + 60_000]);
  first.observe(1_000);
  await told();
  // Who comes later knows what the others have seen.
  const third = await join("c");
  expect(third.lastEnded().sinceMs).toBe(beganAtMs + 60_000);
  for (let count = 0; count < LENGTHS_TOLD_MAX; count++) {
    await vi.advanceTimersByTimeAsync(10);
    first.observe(1_000);
  }
  await told();
  // It told the newest only; itself it knows them all.
  expect(third.lastEnded().sinceMs).toBe(third.lastEnded().ended[0]!.endedAtMs);
  expect(third.lastEnded().sinceMs).toBeGreaterThan(beganAtMs + 60_000);
  expect(first.lastEnded().sinceMs).toBe(beganAtMs);
});

test("an entry that expired, and one that could not be written, is told again", async () => {
  const way = { up: true };
  const [first, second] = [await join("a", way), await join("b")];
  first.observe(1_000);
  await told();
  await vi.advanceTimersByTimeAsync(LENGTHS_TTL_MS + 10_000);
  expect(second.seen()).toEqual([]);
  way.up = false;
  first.observe(2_000);
  await told();
  expect(second.seen()).toEqual([]);
  way.up = true;
  await told();
  await told();
  expect(second.seen()).toEqual([1_000, 2_000]);
});

test("a place at one process is said with what sessions at another have taken", async () => {
  const [first, second] = [await processes.now.start(), await processes.now.start()];
  const node = first.node("n1").register({ slots: 1 });
  await vi.advanceTimersByTimeAsync(10);
  const waitAt = async (name: string) => {
    const { peer, sessionId } = await ask(second, name);
    await vi.advanceTimersByTimeAsync(1_000);
    const { waitMs } = peer.last("session.queued")!;
    peer.leave(sessionId);
    await vi.advanceTimersByTimeAsync(500);
    return waitMs!;
  };
  const play = async (forMs: number) => {
    const { peer, sessionId } = await ask(first, "p0");
    await vi.advanceTimersByTimeAsync(500);
    peer.firstFrame(sessionId);
    for (let passedMs = 0; passedMs < forMs; passedMs += 5_000) {
      node.heartbeat([sessionId]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    return () => {
      peer.leave(sessionId);
      node.ended(sessionId);
      return vi.advanceTimersByTimeAsync(500);
    };
  };
  const leave = await play(0);
  const before = await waitAt("p1");
  await leave();
  for (let count = 0; count < 12; count++) await (await play(20_000))();
  await told();
  const last = await play(0);
  expect(await waitAt("p2")).toBeLessThan(before / 2);
  await last();
});
