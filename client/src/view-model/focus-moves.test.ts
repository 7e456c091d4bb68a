import { expect, test } from "vitest";
import { nextArea, type Area } from "./focus-moves.ts";

const at = (left: number, top: number, width = 80, height = 80): Area => ({ left, top, width, height });
//  0 1 2
//  3 4
//  [ 5 ]
const grid = [at(0, 0), at(100, 0), at(200, 0), at(0, 100), at(100, 100), at(0, 200, 280, 60)];

test.each([
  [0, "right", 1],
  [2, "right", undefined],
  [2, "left", 1],
  [1, "down", 4],
  [2, "down", 4],
  [4, "down", 5],
  [5, "up", 4],
  [0, "up", undefined],
] as const)("from %i going %s: %o", (from, direction, to) => {
  expect(nextArea(grid, grid[from] as Area, direction)).toBe(to);
});
