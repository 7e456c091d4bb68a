import { expect, test } from "vitest";
import { strokesOf } from "./strokes.ts";

const SIZE = { width: 600, height: 1200 };

test("a tap is a press and a release at its place", () => {
  expect(strokesOf({ action: "tap", at: { x: 300, y: 600 } }, SIZE).flatMap(({ actions }) => actions)).toEqual([
    { kind: "move-to", x: 0.5, y: 0.5 },
    { kind: "button", button: 0, down: true },
    { kind: "button", button: 0, down: false },
  ]);
});

test("a swipe takes its time, ends where it should, and lets go", () => {
  const strokes = strokesOf({ action: "swipe", from: { x: 0, y: 1200 }, to: { x: 0, y: 600 }, durationMs: 320 }, SIZE);
  expect(strokes.reduce((sum, { afterMs }) => sum + afterMs, 0)).toBeCloseTo(320);
  expect(strokes.at(-2)?.actions).toEqual([{ kind: "move-to", x: 0, y: 0.5 }]);
  expect(strokes.at(-1)?.actions).toEqual([{ kind: "button", button: 0, down: false }]);
});

test("what lies beyond the screen is its edge", () => {
  expect(strokesOf({ action: "tap", at: { x: 9_000, y: 0 } }, SIZE)[0]?.actions[0]).toEqual({ kind: "move-to", x: 1, y: 0 });
});

test("a key is pressed and let go", () => {
  expect(strokesOf({ action: "key", code: "Enter" }, SIZE).map(({ actions }) => actions[0])).toEqual([
    expect.objectContaining({ kind: "key", down: true }),
    expect.objectContaining({ kind: "key", down: false }),
  ]);
});
