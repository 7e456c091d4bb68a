import { describe, expect, test } from "vitest";
import { CHALLENGE_EVERY_MS } from "@nearframe/shared/protocol/session-control";
import { challengeTimes, NONCE_WAIT_MS, seeNonce, summariseNonces } from "./nonces.ts";

describe("the times of questions", () => {
  test.each([0, 0.5, 0.999])("lie late in a watch, no closer than a node answers, with time to answer the last", (turn) => {
    for (const watchMs of [8_000, 20_000, 60_000]) {
      const times = challengeTimes(watchMs, () => turn);
      expect(times).toHaveLength(watchMs < 10_000 ? 3 : 5);
      expect(times[0]).toBeGreaterThanOrEqual(watchMs / 4);
      expect(times.at(-1)).toBeLessThanOrEqual(watchMs - NONCE_WAIT_MS);
      for (const [index, atMs] of times.entries()) {
        if (index > 0) expect(atMs - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(CHALLENGE_EVERY_MS);
      }
    }
  });

  test("in a short watch are few, or none", () => {
    expect(challengeTimes(2_000, () => 0)).toEqual([]);
    expect(challengeTimes(5_000, () => 0)).toHaveLength(1);
  });
});

test("a number counts once, when it was asked for and came in time", () => {
  const asked = [{ nonce: 7, askedAtMs: 1_000 }, { nonce: 8, askedAtMs: 2_500 }, { nonce: 9, askedAtMs: 4_000 }];
  const seen = [[7, 1_060], [7, 1_076], [9, 1_100], [8, 3_600], [9, 4_100]].reduce((all, [nonce = 0, atMs = 0]) => seeNonce(all, nonce, atMs), asked);
  expect(summariseNonces(seen)).toEqual({ noncesAsked: 3, noncesSeen: 2, nonceMs: 60 });
  expect(summariseNonces([])).toEqual({ noncesAsked: 0, noncesSeen: 0 });
});
