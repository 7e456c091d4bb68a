import { expect, test } from "vitest";
import { explainMisses } from "./explain-misses.ts";

const paintedWallMs = [100, 117, 134];
const told = (damagedWallMs: number) => ({ damagedWallMs });

test("a frame that the X server told of only with the next one is the display's", () => {
  expect(explainMisses({ missedWallMs: [100], paintedWallMs, taken: [told(118), told(135)] })).toEqual({ byDisplay: 1, byPipeline: 0 });
});

test("a frame that was told of in time and read after the next one was painted is ours", () => {
  expect(explainMisses({ missedWallMs: [100], paintedWallMs, taken: [told(101), told(135)] })).toEqual({ byDisplay: 0, byPipeline: 1 });
});

test("a frame of which nothing was ever told is the display's", () => {
  expect(explainMisses({ missedWallMs: [134], paintedWallMs, taken: [told(101)] })).toEqual({ byDisplay: 1, byPipeline: 0 });
});
