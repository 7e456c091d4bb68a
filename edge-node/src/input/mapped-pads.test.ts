import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { mapPads, MOTION_INTERVAL_MS } from "./mapped-pads.ts";
import type { InputAction, InputSink } from "./ports.ts";

const SPACE = 57;
const SOUTH = 1;
const MAPPING = { buttons: { south: "Space" }, rightStickPixelsPerSecond: 1000 };
const pad = (index: number, buttons: number, rightX = 0): InputAction => ({
  kind: "pad", pad: index, buttons, axes: [0, 0, rightX, 0], triggers: [0, 0],
});
const space = (down: boolean): InputAction => ({ kind: "key", code: SPACE, down });

let scope: Scope;
let applied: InputAction[];
let sink: InputSink;
beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  applied = [];
  const display: InputSink = {
    lacks: { pad: "an X display takes no pads", text: "none here" },
    apply: async (actions) => void applied.push(...actions),
  };
  sink = mapPads(display, MAPPING, systemClock, scope);
});
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("a pad's button is a key", async () => {
  await sink.apply([pad(0, SOUTH)]);
  await sink.apply([pad(0, 0)]);
  expect(applied).toEqual([space(true), space(false)]);
});

test("a key that keyboard and pads hold goes up with the last of them", async () => {
  await sink.apply([space(true), pad(0, SOUTH), pad(1, SOUTH)]);
  await sink.apply([space(false), pad(0, 0)]);
  expect(applied).toEqual([space(true)]);
  await sink.apply([pad(1, 0)]);
  expect(applied).toEqual([space(true), space(false)]);
});

test("a stick that is held moves the pointer until it is let go", async () => {
  await sink.apply([pad(0, 0, 1)]);
  await vi.advanceTimersByTimeAsync(100);
  const moved = applied.reduce((sum, action) => sum + (action.kind === "move-by" ? action.dx : 0), 0);
  expect(moved).toBeCloseTo(Math.floor(100 / MOTION_INTERVAL_MS) * MOTION_INTERVAL_MS);
  await sink.apply([pad(0, 0, 0)]);
  applied.length = 0;
  await vi.advanceTimersByTimeAsync(100);
  expect(applied).toEqual([]);
});

// The pointer stood from then on, until the stick was moved.
test("a stick that is held goes on where the display took no motion for a moment", async () => {
  const full = { left: 3 };
  const busy = mapPads(
    {
      lacks: {},
      apply: async (actions) => {
        if (actions.some(({ kind }) => kind === "move-by") && full.left-- > 0) throw new Error("the display takes no more input");
        applied.push(...actions);
      },
    },
    MAPPING, systemClock, scope,
  );
  await busy.apply([pad(0, 0, 1)]);
  await vi.advanceTimersByTimeAsync(100);
  expect(applied.filter(({ kind }) => kind === "move-by").length).toBeGreaterThan(5);
});

test("all else passes as it is, and only pads are no longer lacking", async () => {
  const actions: InputAction[] = [{ kind: "move-to", x: 0.5, y: 0.5 }, { kind: "button", button: 0, down: true }];
  await sink.apply(actions);
  expect(applied).toEqual(actions);
  expect(sink.lacks).toEqual({ text: "none here" });
});
