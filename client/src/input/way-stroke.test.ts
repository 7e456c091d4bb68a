import { expect, test } from "vitest";
import { wayOfStroke } from "./way-stroke.ts";

test.each([
  [0, -60, 100, "home"],
  [10, -60, 600, "recents"],
  [80, -20, 100, "back"],
  [-80, 0, 100, "back"],
  [5, -10, 100, undefined],
  [0, 60, 100, undefined],
] as const)("a stroke by %i, %i in %i ms is %s", (dx, dy, heldMs, way) => {
  expect(wayOfStroke({ dx, dy, heldMs })).toBe(way);
});
