import { expect, test } from "vitest";
import { addTime, choosePadWay, forgetTimes, medianMs, NO_TIMES, TIMES_KEPT, type PadWay, type WayTimes } from "./choose-pad-way.ts";

const times = (browser: readonly number[], node: readonly number[]): WayTimes => ({ browser, node });
const three = (ms: number) => [ms, ms, ms];
const BOTH = { browser: true, node: true };

test.each<[string, WayTimes, { browser: boolean; node: boolean }, PadWay | undefined, PadWay | undefined]>([
  ["no way is no way", NO_TIMES, { browser: false, node: false }, undefined, undefined],
  ["the only one is it", NO_TIMES, { browser: true, node: false }, undefined, "browser"],
  ["the only one is it, though the other was quicker", times(three(9), three(2)), { browser: true, node: false }, "node", "browser"],
  ["before both are known the straight way serves", NO_TIMES, BOTH, undefined, "node"],
  ["one that answers is better than one that does not", times(three(30), [2]), BOTH, undefined, "browser"],
  ["the quicker one is chosen", times(three(6), three(20)), BOTH, undefined, "browser"],
  ["the present one stays for a millisecond", times(three(9), three(10)), BOTH, "node", "node"],
  ["the present one stays for less than a fifth", times(three(85), three(100)), BOTH, "node", "node"],
  ["clearly quicker is changed to", times(three(12), three(30)), BOTH, "node", "browser"],
  ["clearly quicker is changed back to", times(three(30), three(12)), BOTH, "browser", "node"],
])("%s", (_, known, open, present, expected) => {
  expect(choosePadWay(known, open, present)).toBe(expected);
});

test("one slow answer changes nothing, and only the last ones count", () => {
  let now = NO_TIMES;
  for (const ms of [8, 8, 300, 8, 8]) now = addTime(now, "node", ms);
  expect(medianMs(now, "node")).toBe(8);
  for (let i = 0; i < 2 * TIMES_KEPT; i++) now = addTime(now, "node", 20);
  expect(now.node).toHaveLength(TIMES_KEPT);
  expect(medianMs(now, "node")).toBe(20);
  expect(medianMs(forgetTimes(now, "node"), "node")).toBeUndefined();
});
