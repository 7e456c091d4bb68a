import { CODES } from "@nearframe/shared/input/codes";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import { describe, expect, test } from "vitest";
import type { InputEvent } from "./input-state.ts";
import { aims, placeControls, stepControls, type FingerEvent, type Grips, type PartLook } from "./touch-controls.ts";

const STICK = 0;
const FIRE = 1;
const JUMP = 2;
const controls: TouchControl[] = [
  { kind: "stick", keys: ["KeyW", "KeyS", "KeyA", "KeyD"], x: 0.15, y: 0.75, size: 0.4 },
  { kind: "button", keys: ["ControlLeft"], label: "Fire", x: 0.9, y: 0.8, size: 0.2 },
  { kind: "button", keys: ["Space"], label: "Jump", x: 0.75, y: 0.8, size: 0.2 },
  { kind: "look", x: 0.6, y: 0.4, size: 0.6 },
];
const layout = placeControls(controls, { left: 0, top: 0, width: 800, height: 400 });

function hands(options = { freeAreaLooks: false, titlePixelsPerPixel: 1 }) {
  let grips: Grips = [];
  let atMs = 0;
  return {
    do(phase: FingerEvent["phase"], finger: number, x: number, y: number, afterMs = 10) {
      atMs += afterMs;
      const step = stepControls(grips, { phase, finger, x, y, atMs }, layout, options);
      grips = step.grips;
      return step;
    },
    get grips() {
      return grips;
    },
  };
}

const keys = (events: readonly InputEvent[]) =>
  events.map((event) => (event.kind === "key" ? `${event.down ? "+" : "-"}${event.key}` : event.kind));
const { KeyW: W, KeyS: S, KeyA: A, KeyD: D, Space, ControlLeft } = CODES as Record<string, number>;
const pressedParts = (looks: readonly PartLook[]) => looks.map(({ part, pressed }) => [part, pressed]);

describe("placing", () => {
  test("sizes follow the shorter side, and parts stay whole on the screen", () => {
    expect(layout[FIRE]).toMatchObject({ x: 720, y: 320, radius: 40 });
    const [edge] = placeControls([{ ...controls[FIRE]!, x: 1, y: 1 }], { left: 20, top: 10, width: 300, height: 600 });
    expect(edge).toMatchObject({ x: 20 + 300 - 30, y: 10 + 600 - 30, radius: 30 });
  });
});

describe("buttons", () => {
  test("press and release their keys", () => {
    const hand = hands();
    const down = hand.do("down", 1, 720, 320);
    expect(keys(down.events)).toEqual([`+${ControlLeft}`]);
    expect(down.taken).toBe(true);
    expect(pressedParts(down.looks)).toEqual([[FIRE, true]]);
    expect(keys(hand.do("up", 1, 720, 320).events)).toEqual([`-${ControlLeft}`]);
    expect(hand.grips).toEqual([]);
  });

  test("are hit a little beyond their edge, and the nearest wins", () => {
    expect(keys(hands().do("down", 1, 720, 320 + 45).events)).toEqual([`+${ControlLeft}`]);
    expect(hands().do("down", 1, 720, 320 + 60).taken).toBe(false);
  });

  test("hand over to their neighbour when a thumb slides", () => {
    const hand = hands();
    hand.do("down", 1, 720, 320);
    const slid = hand.do("move", 1, 600, 320);
    expect(keys(slid.events)).toEqual([`-${ControlLeft}`, `+${Space}`]);
    expect(pressedParts(slid.looks)).toEqual([[FIRE, false], [JUMP, true]]);
    expect(keys(hand.do("cancel", 1, 600, 320).events)).toEqual([`-${Space}`]);
  });

  test("held by two fingers are released with the last", () => {
    const hand = hands();
    hand.do("down", 1, 720, 320);
    expect(keys(hand.do("down", 2, 722, 322).events)).toEqual([]);
    const first = hand.do("up", 1, 720, 320);
    expect(keys(first.events)).toEqual([]);
    expect(pressedParts(first.looks)).toEqual([[FIRE, true]]);
    expect(keys(hand.do("up", 2, 722, 322).events)).toEqual([`-${ControlLeft}`]);
  });
});

describe("sticks", () => {
  const { x, y, radius } = layout[STICK]!;

  test.each([
    ["up", 0, -1, [W]],
    ["down", 0, 1, [S]],
    ["left", -1, 0, [A]],
    ["right", 1, 0, [D]],
    ["up and right", 0.7, -0.7, [W, D]],
    ["nearly up", 0.3, -0.95, [W]],
    ["nowhere near the rest", 0.1, 0.1, []],
  ])("pushed %s", (_, dx, dy, expected) => {
    const step = hands().do("down", 1, x + dx * radius, y + dy * radius);
    expect(keys(step.events)).toEqual(expected.map((key) => `+${key}`));
  });

  test("turn from one way to the next, and let go at the end", () => {
    const hand = hands();
    hand.do("down", 1, x, y - radius * 0.9);
    expect(keys(hand.do("move", 1, x + radius * 0.9, y).events)).toEqual([`-${W}`, `+${D}`]);
    expect(keys(hand.do("up", 1, x + radius * 0.9, y).events)).toEqual([`-${D}`]);
  });

  test("go on working when the finger leaves the circle; the knob stays in it", () => {
    const hand = hands();
    hand.do("down", 1, x, y);
    const far = hand.do("move", 1, x + radius * 5, y);
    expect(keys(far.events)).toEqual([`+${D}`]);
    expect(far.looks[0]).toEqual({ part: STICK, pressed: true, dx: 1, dy: 0 });
  });
});

describe("looking around", () => {
  test("turns by the finger's way, in the title's pixels", () => {
    const hand = hands({ freeAreaLooks: false, titlePixelsPerPixel: 2 });
    hand.do("down", 1, 480, 160);
    expect(hand.do("move", 1, 485, 158).events).toEqual([{ kind: "pointer-by", dx: 22, dy: -8.8 }]);
  });

  test("a short touch is a click, a long or a wandering one is not", () => {
    const tap = hands();
    tap.do("down", 1, 480, 160);
    expect(tap.do("up", 1, 482, 161, 100).tapped).toBe(true);
    const long = hands();
    long.do("down", 1, 480, 160);
    expect(long.do("up", 1, 480, 160, 500).tapped).toBe(false);
    const swipe = hands();
    swipe.do("down", 1, 480, 160);
    swipe.do("move", 1, 520, 160);
    expect(swipe.do("up", 1, 480, 160).tapped).toBe(false);
  });

  test("the free area looks too where the title turns a camera, else it is the title's", () => {
    expect(hands().do("down", 1, 20, 20)).toMatchObject({ taken: false, events: [] });
    const camera = hands({ freeAreaLooks: true, titlePixelsPerPixel: 1 });
    expect(camera.do("down", 1, 20, 20).taken).toBe(true);
    expect(camera.do("move", 1, 30, 20).events).toEqual([{ kind: "pointer-by", dx: 22, dy: 0 }]);
  });

  test("walks with one thumb while the other looks", () => {
    const hand = hands();
    const { x, y, radius } = layout[STICK]!;
    expect(keys(hand.do("down", 1, x, y - radius).events)).toEqual([`+${W}`]);
    hand.do("down", 2, 480, 160);
    expect(keys(hand.do("move", 2, 490, 160).events)).toEqual(["pointer-by"]);
    expect(hand.grips).toHaveLength(2);
  });
});

test("fingers that were never taken are never let go of", () => {
  const hand = hands();
  expect(hand.do("move", 9, 720, 320)).toMatchObject({ taken: false, events: [] });
  expect(hand.do("up", 9, 720, 320)).toMatchObject({ taken: false, events: [] });
});

describe("parts of the pad", () => {
  const padParts: TouchControl[] = [
    { kind: "stick", pad: "left-stick", x: 0.15, y: 0.7, size: 0.4 },
    { kind: "button", pad: "south", label: "A", x: 0.9, y: 0.8, size: 0.2 },
    { kind: "dpad", x: 0.5, y: 0.8, size: 0.3 },
    { kind: "button", pad: "r2", x: 0.9, y: 0.2, size: 0.2 },
  ];
  const placed = placeControls(padParts, { left: 0, top: 0, width: 800, height: 400 });
  const play = (events: readonly [FingerEvent["phase"], number, number, number][]) => {
    let grips: Grips = [];
    let pad: unknown;
    for (const [phase, finger, x, y] of events) {
      const step = stepControls(grips, { phase, finger, x, y, atMs: 0 }, placed, { freeAreaLooks: false, titlePixelsPerPixel: 1 });
      grips = step.grips;
      for (const event of step.events) if (event.kind === "pads") [pad] = event.pads;
    }
    return pad;
  };

  test("are one pad: a stick goes all its way, buttons and triggers are held with it", () => {
    expect(play([["down", 1, 120 + 40, 280], ["down", 2, 720, 320], ["down", 3, 720, 80]])).toEqual({
      index: 0, buttons: 1 | (1 << 7), triggers: [0, 1], axes: [0.5, 0, 0, 0],
    });
  });

  test("a cross without keys is the pad's", () => {
    expect(play([["down", 1, 400 + 30, 320 - 30]])).toMatchObject({ buttons: (1 << 12) | (1 << 15) });
  });

  test("let go, it rests", () => {
    expect(play([["down", 1, 160, 280], ["down", 2, 720, 320], ["up", 1, 160, 280], ["cancel", 2, 720, 320]])).toEqual({
      index: 0, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0],
    });
  });
});

describe("strokes and tilting", () => {
  const parts: TouchControl[] = [
    { kind: "swipe", keys: ["KeyW", "KeyS", "KeyA", "KeyD"], x: 0.5, y: 0.5, size: 1 },
    { kind: "gyro", label: "Aim", keys: ["ControlLeft"], x: 0.9, y: 0.8, size: 0.2 },
  ];
  const placed = placeControls(parts, { left: 0, top: 0, width: 800, height: 400 });
  const options = { freeAreaLooks: false, titlePixelsPerPixel: 1 };

  test("each stroke presses the key of its way once, and one finger strokes again and again", () => {
    let grips: Grips = [];
    const strokes: (number | undefined)[] = [];
    const points = [[400, 200], [410, 200], [430, 202], [431, 202], [430, 160], [400, 165]] as const;
    points.forEach(([x, y], i) => {
      const step = stepControls(grips, { phase: i === 0 ? "down" : "move", finger: 1, x, y, atMs: i * 10 }, placed, options);
      grips = step.grips;
      if (step.stroke !== undefined) strokes.push(step.stroke);
    });
    expect(strokes).toEqual([D, W, A]);
  });

  test("the aiming part lies on top, holds its keys, and aims while it is held", () => {
    const down = stepControls([], { phase: "down", finger: 1, x: 720, y: 320, atMs: 0 }, placed, options);
    expect(keys(down.events)).toEqual([`+${ControlLeft}`]);
    expect(aims(down.grips, placed)).toBe(true);
    const up = stepControls(down.grips, { phase: "up", finger: 1, x: 720, y: 320, atMs: 90 }, placed, options);
    expect(keys(up.events)).toEqual([`-${ControlLeft}`]);
    expect(aims(up.grips, placed)).toBe(false);
  });
});
