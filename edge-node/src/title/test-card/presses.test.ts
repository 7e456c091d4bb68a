import { expect, test } from "vitest";
import { Presses } from "./presses.ts";

test("a held key counts once", () => {
  const presses = new Presses();
  const counted = [
    { down: true, keycode: 38, timeMs: 100 },
    { down: false, keycode: 38, timeMs: 760 },
    { down: true, keycode: 38, timeMs: 760 },
    { down: false, keycode: 38, timeMs: 800 },
    { down: true, keycode: 38, timeMs: 800 },
    { down: false, keycode: 38, timeMs: 900 },
    { down: true, keycode: 38, timeMs: 1000 },
  ].map((event) => presses.take(event));
  expect(counted).toEqual([true, false, false, false, false, false, true]);
});
