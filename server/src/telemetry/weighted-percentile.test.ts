import { expect, test } from "vitest";
import { weightedPercentile } from "./weighted-percentile.ts";

test.each([
  ["of equals, the nearest rank", 0.5, [[3, 1], [1, 1], [2, 1], [4, 1]], 2],
  ["the largest that share reaches", 0.95, [[10, 94], [20, 5], [99, 1]], 20],
  ["a weight counts as so many values", 0.5, [[1, 1], [9, 3]], 9],
  ["what is absent counts for nothing", 0.5, [[undefined, 100], [7, 1]], 7],
  ["what weighs nothing counts for nothing", 0.95, [[50, 0], [7, 1]], 7],
  ["nothing has none", 0.5, [[undefined, 1], [3, 0]], undefined],
] as const)("%s", (_name, share, values, expected) => {
  expect(weightedPercentile(share, values)).toBe(expected);
});
