import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { silentLog } from "../testing/world.ts";
import { createNodeHistory, WRITE_EVERY_MS } from "./history.ts";
import type { HostRecord } from "./node-record.ts";

const HOUR_MS = 3_600_000;
let scope: Scope;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2027, 0, 15, 12) });
  scope = new Scope();
});
afterEach(async () => {
  await scope.close();
  vi.useRealTimers();
});

function setUp(store = createMemoryStore()) {
  const told: HostRecord[] = [];
  const history = createNodeHistory({ clock: systemClock, log: silentLog, store }, scope);
  return { store, history, told, link: () => history.linked("n1", (record) => void told.push(record)) };
}

test("a node that is new has a clean record, soon after it has come", async () => {
  const { told, link } = setUp();
  link();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual([{ sessionsEnded: 0, sessionsFailedByHost: 0, sessionsLast7Days: 0, uptimeShare: 1 }]);
});

test("sessions count, and those that its host has to bear are told apart", async () => {
  const { told, link, history } = setUp();
  link();
  history.sessionEnded("n1", "player-left");
  history.sessionEnded("n1", "node-failed");
  history.sessionEnded("n1", "title-crashed");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.at(-1)).toMatchObject({ sessionsEnded: 3, sessionsFailedByHost: 1, sessionsLast7Days: 3 });
});

test("uptime is the share of the time since it was first seen", async () => {
  const { told, link, history } = setUp();
  link();
  await vi.advanceTimersByTimeAsync(3 * HOUR_MS);
  history.unlinked("n1");
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  link();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.at(-1)?.uptimeShare).toBeCloseTo(0.75, 2);
});

test("a server that goes on for hours writes now and then, and the next one finds it", async () => {
  const store = createMemoryStore();
  const first = setUp(store);
  first.link();
  await vi.advanceTimersByTimeAsync(WRITE_EVERY_MS + 5_000);
  const [written] = await store.nodeTotals(["n1"], { sinceMs: 0, recentSinceMs: 0 });
  expect(written?.linkedMs).toBeGreaterThanOrEqual(WRITE_EVERY_MS);
  first.history.sessionEnded("n1", "node-lost");
  await scope.close();
  scope = new Scope();
  const second = setUp(store);
  second.link();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(second.told.at(-1)).toMatchObject({ sessionsFailedByHost: 1, uptimeShare: expect.closeTo(1, 2) });
});

test("what the store did not take is kept for another time", async () => {
  const store = createMemoryStore();
  const { link, history, told } = setUp(store);
  const taken = store.addNodeDays.bind(store);
  store.addNodeDays = () => Promise.reject(new Error("the disk is full"));
  link();
  history.sessionEnded("n1", "player-left");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual([]);
  store.addNodeDays = taken;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.at(-1)).toMatchObject({ sessionsEnded: 1 });
});
