import { expect, test } from "vitest";
import { createWaitTimes } from "./wait-times.ts";

const MINUTE_MS = 60_000;

test("nobody can say how long a wait is while no slot is held, and the moment one is, somebody can", () => {
  const times = createWaitTimes({ nowMs: () => 0, lengths: { lastEnded: () => ({ ended: [], sinceMs: 0 }) }, runningSinceMs: () => [] });
  expect(times.waitMs("a-title", 1, () => [])).toBeUndefined();
  expect(times.waitMs("a-title", 1, () => [5 * MINUTE_MS])).toBeGreaterThan(0);
});

test("all places of a line are told from one table for some seconds", () => {
  let nowMs = 0;
  let reckoned = 0;
  const times = createWaitTimes({ nowMs: () => nowMs, lengths: { lastEnded: () => ({ ended: [], sinceMs: 0 }) }, runningSinceMs: () => [] });
  const ages = () => {
    reckoned++;
    return [MINUTE_MS, 2 * MINUTE_MS];
  };
  const waits = [1, 2].map((position) => times.waitMs("a-title", position, ages) ?? Number.NaN);
  expect(waits[1]).toBeGreaterThan(waits[0] ?? Infinity);
  expect(reckoned).toBe(1);
  nowMs = 6_000;
  times.waitMs("a-title", 1, ages);
  expect(reckoned).toBe(2);
});
