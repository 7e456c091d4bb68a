import { expect, test } from "vitest";
import { changeDueAtMs, changeRate, DOWN_INTERVAL_MS, startCoarseRate, UP_AFTER_MS, wantRate } from "./coarse-rate.ts";

const target = (bitrateKbps: number) => ({ bitrateKbps, fps: 60 });

test("rates are steps below the most, each 1.41 below the one before", () => {
  expect(startCoarseRate(target(8_000), 8_000, 0).inUse.bitrateKbps).toBe(8_000);
  expect(startCoarseRate(target(7_999), 8_000, 0).inUse.bitrateKbps).toBe(5_657);
  expect(startCoarseRate(target(4_000), 8_000, 0).inUse.bitrateKbps).toBe(4_000);
  expect(startCoarseRate(target(9_000), 8_000, 0).inUse.bitrateKbps).toBe(8_000);
});

test("fine decisions within a step change nothing", () => {
  const state = wantRate(startCoarseRate(target(4_100), 8_000, 0), target(5_600), 5);
  expect(changeDueAtMs(state)).toBeUndefined();
  expect(changeRate(state, 1e6)[1]).toBeUndefined();
});

test("down goes at once, and then not again for a while", () => {
  const [lower, change] = changeRate(wantRate(startCoarseRate(target(8_000), 8_000, 0), target(3_000), 10), 10);
  expect(change?.bitrateKbps).toBe(2_828);
  const again = wantRate(lower, target(1_000), 20);
  expect(changeRate(again, 20)[1]).toBeUndefined();
  expect(changeRate(again, 10 + DOWN_INTERVAL_MS)[1]?.bitrateKbps).toBe(1_000);
});

test("up goes only after it has been wanted for long without a break", () => {
  let state = wantRate(startCoarseRate(target(2_000), 8_000, 0), target(8_000), 100);
  expect(changeDueAtMs(state)).toBe(100 + UP_AFTER_MS);
  state = wantRate(state, target(2_000), 5_000);
  expect(changeDueAtMs(state)).toBeUndefined();
  state = wantRate(state, target(4_000), 6_000);
  expect(changeRate(state, 6_000 + UP_AFTER_MS - 1)[1]).toBeUndefined();
  expect(changeRate(state, 6_000 + UP_AFTER_MS)[1]?.bitrateKbps).toBe(4_000);
});
