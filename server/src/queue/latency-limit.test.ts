import { expect, test } from "vitest";
import { TITLE_LATENCY_LIMIT_MS, latencyLimitMs, nextRelaxationMs } from "./latency-limit.ts";

test.each([
  [0, 40],
  [9_999, 40],
  [10_000, 60],
  [29_999, 60],
  [30_000, 80],
  [59_999, 80],
  [60_000, TITLE_LATENCY_LIMIT_MS],
  [3_600_000, TITLE_LATENCY_LIMIT_MS],
])("after %i ms a session may be %i ms away", (waitedMs, limitMs) => {
  expect(latencyLimitMs(waitedMs)).toBe(limitMs);
});

test("never farther than the title bears, and never nearer for having waited", () => {
  for (const title of [20, 50, 70, 300]) {
    let last = 0;
    for (let waitedMs = 0; waitedMs <= 120_000; waitedMs += 500) {
      const limit = latencyLimitMs(waitedMs, title);
      expect(limit).toBeLessThanOrEqual(title);
      expect(limit).toBeGreaterThanOrEqual(last);
      last = limit;
    }
    expect(last).toBe(title);
  }
});

test("the next relaxation is when the limit really changes", () => {
  expect(nextRelaxationMs(0)).toBe(10_000);
  expect(nextRelaxationMs(10_000)).toBe(30_000);
  expect(nextRelaxationMs(60_000)).toBeUndefined();
  expect(nextRelaxationMs(0, 30)).toBeUndefined();
  expect(nextRelaxationMs(10_000, 60)).toBeUndefined();
});
