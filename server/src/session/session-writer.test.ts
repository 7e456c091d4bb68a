import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import type { SessionTurn } from "../store/ports.ts";
import { sessionRecord } from "../store/store.contract.ts";
import { createSessionWriter, WRITE_RETRY_MS } from "./session-writer.ts";

const log = createLog("silent", { write: () => {} });
const turn = (ordinal: number): SessionTurn => ({ sessionId: "s1", ordinal, atMs: ordinal, event: "e", state: "queued" });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A store whose writes wait to be let through, or fail. */
function slowStore() {
  const store = createMemoryStore();
  const waiting: { pass(): void; fail(): void }[] = [];
  let writes = 0;
  return {
    store: {
      ...store,
      saveSession: (...args: Parameters<typeof store.saveSession>) =>
        new Promise<void>((resolve, reject) => {
          writes++;
          waiting.push({ pass: () => resolve(store.saveSession(...args)), fail: () => reject(new Error("disk full")) });
        }),
    },
    next: () => waiting.shift()!,
    writes: () => writes,
  };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

test("of the states that wait, the newest is written with all the turns", async () => {
  const { store, next, writes } = slowStore();
  const scope = new Scope();
  const writer = createSessionWriter({ store, log }, scope);
  writer.write(sessionRecord({ state: "queued" }), [turn(0)]);
  writer.write(sessionRecord({ state: "starting" }), [turn(1)]);
  writer.write(sessionRecord({ state: "streaming" }), [turn(2)]);
  next().pass();
  await settled();
  next().pass();
  await settled();
  expect(writes()).toBe(2);
  expect(writer.backlog).toBe(0);
  expect(await store.findSession("s1")).toEqual(sessionRecord({ state: "streaming" }));
  expect(await store.sessionTurns("s1")).toEqual([turn(0), turn(1), turn(2)]);
  await scope.close();
});

test("a write that fails is tried again, with what came since", async () => {
  const { store, next } = slowStore();
  const scope = new Scope();
  const writer = createSessionWriter({ store, log }, scope);
  writer.write(sessionRecord({ state: "starting" }), [turn(0)]);
  next().fail();
  await settled();
  writer.write(sessionRecord({ state: "streaming" }), [turn(1)]);
  expect(writer.backlog).toBe(1);
  await vi.advanceTimersByTimeAsync(WRITE_RETRY_MS);
  next().pass();
  await settled();
  expect(await store.findSession("s1")).toEqual(sessionRecord({ state: "streaming" }));
  expect(await store.sessionTurns("s1")).toEqual([turn(0), turn(1)]);
  await scope.close();
});

test("closing waits for what is pending, and tries a failed one once more", async () => {
  const { store, next } = slowStore();
  const scope = new Scope();
  const writer = createSessionWriter({ store, log }, scope);
  writer.write(sessionRecord(), [turn(0)]);
  const closing = scope.close();
  await settled();
  next().fail();
  await settled();
  next().pass();
  await closing;
  expect(await store.sessionTurns("s1")).toEqual([turn(0)]);
});
