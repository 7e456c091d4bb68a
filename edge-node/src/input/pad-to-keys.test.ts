import { describe, expect, test } from "vitest";
import { CODES } from "@nearframe/shared/input/codes";
import { PAD_BUTTONS, type PadButton, type PadMapping } from "@nearframe/shared/title/manifest";
import { padKeys, padMotion, type PadPosition } from "./pad-to-keys.ts";

const MAPPING: PadMapping = {
  buttons: { south: "Space", r2: "ControlLeft", start: "Escape", east: "Escape" },
  leftStick: { up: "KeyW", down: "KeyS", left: "KeyA", right: "KeyD" },
  rightStickPixelsPerSecond: 1000,
};
const REST: PadPosition = { buttons: 0, axes: [0, 0, 0, 0], triggers: [0, 0] };
const pressed = (...buttons: PadButton[]): PadPosition => ({
  ...REST, buttons: buttons.reduce((bits, button) => bits | (1 << PAD_BUTTONS.indexOf(button)), 0),
});
const keys = (...codes: string[]): number[] => codes.map((code) => CODES[code] ?? 0);

describe("keys", () => {
  test.each<[string, PadPosition, string[], string[]]>([
    ["a pad at rest holds nothing", REST, [], []],
    ["a button is its key", pressed("south"), [], ["Space"]],
    ["a button without a key does nothing", pressed("north"), [], []],
    ["two buttons of one key hold it once", pressed("start", "east"), [], ["Escape"]],
    ["one of two buttons of one key still holds it", pressed("east"), ["Escape"], ["Escape"]],
    ["a trigger pulled half way is its key", { ...REST, triggers: [0, 0.6] }, [], ["ControlLeft"]],
    ["a trigger that clicks is its key", pressed("r2"), [], ["ControlLeft"]],
    ["a stick pushed right", { ...REST, axes: [0.8, 0, 0, 0] }, [], ["KeyD"]],
    ["a stick pushed up and left", { ...REST, axes: [-0.7, -0.7, 0, 0] }, [], ["KeyA", "KeyW"]],
    ["a stick pushed less than half way", { ...REST, axes: [0.45, 0, 0, 0] }, [], []],
    ["the same push keeps a key that is down", { ...REST, axes: [0.45, 0, 0, 0] }, ["KeyD"], ["KeyD"]],
    ["a stick on its way back lets go", { ...REST, axes: [0.39, 0, 0, 0] }, ["KeyD"], []],
    ["the right stick holds no keys", { ...REST, axes: [0, 0, 1, 1] }, [], []],
  ])("%s", (_, pad, before, after) => {
    expect(padKeys(MAPPING, pad, keys(...before))).toEqual(keys(...after));
  });

  test("a title that maps nothing gets nothing", () => {
    expect(padKeys({}, { ...pressed(...PAD_BUTTONS), axes: [1, 1, 1, 1] }, [])).toEqual([]);
  });
});

describe("motion", () => {
  test.each<[string, number[], { dx: number; dy: number } | undefined]>([
    ["a stick at rest", [0, 0], undefined],
    ["a stick that hangs a little", [0.1, -0.1], undefined],
    ["full to the right", [1, 0], { dx: 16, dy: 0 }],
    ["full up", [0, -1], { dx: 0, dy: -16 }],
    ["into a corner, no faster than full", [1, 1], { dx: 16 / Math.SQRT2, dy: 16 / Math.SQRT2 }],
  ])("%s", (_, [x = 0, y = 0], expected) => {
    const motion = padMotion(MAPPING, { ...REST, axes: [0, 0, x, y] }, 16);
    if (!expected) expect(motion).toBeUndefined();
    else expect(motion).toEqual({ dx: expect.closeTo(expected.dx), dy: expect.closeTo(expected.dy) });
  });

  test("a title without a pointer is moved by no stick", () => {
    expect(padMotion({}, { ...REST, axes: [0, 0, 1, 0] }, 16)).toBeUndefined();
  });
});
