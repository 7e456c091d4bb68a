import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { InputEvent } from "./input-state.ts";
import { PLAIN_MAP } from "./pad-map.ts";
import { createPads, readPad, readPads, STICK_REST, type PadReading } from "./pads.ts";

const button = (value: number) => ({ pressed: value > 0.5, value });

function pad(more: Partial<PadReading> = {}): PadReading {
  return { index: 0, connected: true, timestamp: 0, buttons: Array.from({ length: 17 }, () => button(0)), axes: [0, 0, 0, 0], ...more };
}

test("buttons become bits, triggers keep their way", () => {
  const buttons = Array.from({ length: 17 }, (_, i) => button(i === 0 || i === 16 ? 1 : i === 7 ? 0.25 : 0));
  expect(readPad(pad({ buttons }), 2)).toEqual({
    index: 2, buttons: 1 | (1 << 16), triggers: [0, 64 / 255], axes: [0, 0, 0, 0],
  });
});

test("a stick near its rest is at rest, and has no step where the rest ends", () => {
  expect(readPad(pad({ axes: [STICK_REST, 0, 0, -STICK_REST] }), 0).axes).toEqual([0, 0, 0, 0]);
  const [x] = readPad(pad({ axes: [STICK_REST + 0.001, 0, 0, 0] }), 0).axes;
  expect(x).toBeGreaterThan(0);
  expect(x).toBeLessThan(0.01);
});

test("a stick's full way is 1, and its corners stay within the circle", () => {
  expect(readPad(pad({ axes: [1, 0, 0, -1] }), 0).axes).toEqual([1, 0, 0, -1]);
  const [x, y] = readPad(pad({ axes: [1, 1, 0, 0] }), 0).axes;
  expect(Math.hypot(x, y)).toBeCloseTo(1, 4);
});

test("noise below a step of the wire is no change", () => {
  const a = readPad(pad({ axes: [0.5, 0.5, 0, 0] }), 0);
  expect(readPad(pad({ axes: [0.5 + 1e-7, 0.5, 0, 0] }), 0)).toEqual(a);
});

test("seats are numbered without gaps, four at most", () => {
  const pads = [null, pad(), null, pad({ connected: false }), pad(), pad(), pad(), pad()];
  expect(readPads(pads).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
});

test("a pad that reports fewer parts than the standard one still works", () => {
  expect(readPad(pad({ buttons: [button(1)], axes: [] }), 0)).toEqual({
    index: 0, buttons: 1, triggers: [0, 0], axes: [0, 0, 0, 0],
  });
});

test("a pad that is held on through the menu, which let go of it, is held again after it", async () => {
  const scope = new Scope();
  const sent: InputEvent[] = [];
  let playing = true;
  let frame = () => {};
  const held = pad({ axes: [1, 0, 0, 0] });
  const page = {
    navigator: { getGamepads: () => [held] }, addEventListener() {}, removeEventListener() {}, cancelAnimationFrame() {},
    requestAnimationFrame: (callback: () => void) => ((frame = callback), 1),
  } as unknown as Window;
  createPads(scope, page, { dispatch: (event) => void sent.push(event), playing: () => playing, map: () => PLAIN_MAP, onCountChange() {} });
  frame();
  expect(sent).toHaveLength(1);
  playing = false;
  frame();
  playing = true;
  frame();
  frame();
  expect(sent).toEqual([{ kind: "pads", pads: [readPad(held, 0)] }, { kind: "pads", pads: [readPad(held, 0)] }]);
  await scope.close();
});
