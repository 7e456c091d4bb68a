import { expect, test } from "vitest";
import { createEpochFence } from "./epoch-fence.ts";

test("an older epoch is refused, the same and a newer one are not", () => {
  const fence = createEpochFence();
  expect(fence.newest("s1")).toBeUndefined();
  expect([4, 4, 7, 4, 6, 7].map((epoch) => fence.admit("s1", epoch))).toEqual([true, true, true, false, false, true]);
  expect(fence.newest("s1")).toBe(7);
  expect(fence.admit("s2", 1)).toBe(true);
});

test("it remembers a bounded number of sessions, those heard of last", () => {
  const fence = createEpochFence();
  fence.admit("first", 9);
  for (let i = 0; i < 3_999; i++) fence.admit(`s${i}`, 9);
  fence.admit("first", 9);
  fence.admit("one more", 9);
  expect(fence.admit("first", 8)).toBe(false);
  expect(fence.admit("s0", 8)).toBe(true);
});
