import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { COPIED_EVERY_MS, createClipboard } from "./clipboard.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

test("one copy is told at once; of many the first and then the newest, and none after the session", async () => {
  const told: string[] = [];
  const scope = new Scope();
  const copied = createClipboard((text) => told.push(text), scope);
  for (let count = 1; count <= 100; count++) copied(`number ${count}`);
  expect(told).toEqual(["number 1"]);
  vi.advanceTimersByTime(COPIED_EVERY_MS);
  expect(told).toEqual(["number 1", "number 100"]);
  copied("late");
  await scope.close();
  vi.advanceTimersByTime(10 * COPIED_EVERY_MS);
  copied("too late");
  expect(told).toEqual(["number 1", "number 100"]);
});
