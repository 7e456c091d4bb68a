import { TOUCHES_MAX } from "@nearframe/shared/input/messages";
import { describe, expect, test } from "vitest";
import { applyInput, holdsSomething, NOTHING_HELD, type HeldInput, type InputEvent } from "./input-state.ts";

const after = (...events: InputEvent[]): HeldInput => events.reduce((held, event) => applyInput(held, event)[0], NOTHING_HELD);
const key = (number: number, down: boolean): InputEvent => ({ kind: "key", key: number, down });
const at = { x: 0.5, y: 0.25 };
const touch = (phase: "down" | "move" | "up" | "cancel", finger: number, x = 0.5): InputEvent => ({
  kind: "touch", phase, finger, at: { x, y: 0.5 }, pressure: 0.5,
});

describe("keys", () => {
  test("are held from press to release, each told once", () => {
    const held = after(key(17, true), key(30, true), key(17, false));
    expect(held.keys).toEqual([30]);
    expect(applyInput(held, key(30, true))).toEqual([held, []]);
    expect(applyInput(held, key(17, false))).toEqual([held, []]);
    expect(applyInput(held, key(30, false))[1]).toEqual([{ kind: "key", key: 30, down: false }]);
  });

  test("beyond what a message has room for are not taken", () => {
    const many = after(...Array.from({ length: 40 }, (_, i) => key(i + 1, true)));
    expect(many.keys).toHaveLength(32);
    expect(applyInput(many, key(40, false))[1]).toEqual([]);
  });
});

describe("buttons and pointer", () => {
  test("a click carries its place", () => {
    const [held, edges] = applyInput(NOTHING_HELD, { kind: "button", button: 2, down: true, at });
    expect(held).toMatchObject({ buttons: 0b100, pointer: at });
    expect(edges).toEqual([{ kind: "button", button: 2, down: true, at }]);
    expect(applyInput(held, { kind: "button", button: 2, down: true, at })).toEqual([held, []]);
  });

  test("motion adds up, fractions too", () => {
    const held = after(...Array.from({ length: 10 }, (): InputEvent => ({ kind: "pointer-by", dx: 0.3, dy: -0.1 })));
    expect(held.dxTotal).toBeCloseTo(3);
    expect(held.dyTotal).toBeCloseTo(-1);
  });

  test("the same place again is no change", () => {
    const held = after({ kind: "pointer-at", at });
    expect(applyInput(held, { kind: "pointer-at", at: { ...at } })[0]).toBe(held);
    expect(after({ kind: "pointer-at", at }, { kind: "pointer-away" }).pointer).toBeUndefined();
  });
});

describe("fingers", () => {
  test("get the lowest free number and give it back", () => {
    const two = after(touch("down", 901), touch("down", 902));
    expect(two.touches.map(({ id }) => id)).toEqual([0, 1]);
    const [one, edges] = applyInput(two, touch("up", 901));
    expect(edges).toEqual([{ kind: "touch", id: 0, phase: "up", x: 0.5, y: 0.5 }]);
    expect(applyInput(one, touch("down", 903))[0].touches.map(({ id }) => id)).toEqual([1, 0]);
  });

  test("move without edges: the newest place is enough", () => {
    const [held, edges] = applyInput(after(touch("down", 1)), touch("move", 1, 0.7));
    expect(edges).toEqual([]);
    expect(held.touches).toEqual([{ id: 0, x: 0.7, y: 0.5, pressure: 0.5 }]);
  });

  test("that are not known, or too many, say nothing", () => {
    expect(applyInput(NOTHING_HELD, touch("up", 5))).toEqual([NOTHING_HELD, []]);
    const full = after(...Array.from({ length: TOUCHES_MAX }, (_, i) => touch("down", i)));
    expect(applyInput(full, touch("down", 99))).toEqual([full, []]);
    expect(applyInput(full, touch("cancel", 3))[0].touches).toHaveLength(TOUCHES_MAX - 1);
  });
});

test("release-all lets go of everything but the totals, and always says so", () => {
  const pads: InputEvent = {
    kind: "pads", pads: [{ index: 0, buttons: 5, triggers: [1, 0], axes: [1, 0, 0, 0] }],
  };
  const held = after(key(17, true), { kind: "button", button: 0, down: true, at }, touch("down", 4), pads,
    { kind: "pointer-by", dx: 12, dy: 3 }, { kind: "wheel", dx: 0, dy: 240 });
  expect(holdsSomething(held)).toBe(true);
  const [released, edges] = applyInput(held, { kind: "release-all" });
  expect(edges).toEqual([{ kind: "release-all" }]);
  expect(holdsSomething(released)).toBe(false);
  expect(released).toMatchObject({ keys: [], buttons: 0, touches: [], fingers: [], dxTotal: 12, wheelYTotal: 240 });
  expect(applyInput(NOTHING_HELD, { kind: "release-all" })[1]).toEqual([{ kind: "release-all" }]);
});

test("text goes as an edge, nothing as nothing", () => {
  expect(applyInput(NOTHING_HELD, { kind: "text", text: "é" })[1]).toEqual([{ kind: "text", text: "é" }]);
  expect(applyInput(NOTHING_HELD, { kind: "text", text: "" })).toEqual([NOTHING_HELD, []]);
});
