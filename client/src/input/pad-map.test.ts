import type { PadState } from "@nearframe/shared/input/messages";
import { PAD_BUTTONS, type PadButton } from "@nearframe/shared/title/manifest";
import { describe, expect, test } from "vitest";
import { assignButton, PLAIN_MAP, remapPad } from "./pad-map.ts";

const pad = (names: readonly PadButton[], more: Partial<PadState> = {}): PadState => ({
  index: 1, buttons: names.reduce((bits, name) => bits | (1 << PAD_BUTTONS.indexOf(name)), 0) >>> 0,
  triggers: [0, 0], axes: [0.1, 0.2, 0.3, 0.4], ...more,
});
const held = ({ buttons }: PadState) => PAD_BUTTONS.filter((_, i) => (buttons & (1 << i)) !== 0);

describe("a remapped pad", () => {
  test("does with each button what the player chose, and with the rest as before", () => {
    const map = assignButton(PLAIN_MAP, "south", "east");
    expect(held(remapPad(pad(["south", "start"]), map))).toEqual(["east", "start"]);
    expect(held(remapPad(pad(["east"]), map))).toEqual(["south"]);
  });

  test("pulls a trigger by a button all the way, and presses a button by a trigger", () => {
    const map = assignButton(PLAIN_MAP, "r1", "r2");
    expect(remapPad(pad(["r1"]), map)).toMatchObject({ triggers: [0, 1] });
    const pulled = remapPad(pad(["r2"], { triggers: [0, 0.8] }), map);
    expect(held(pulled)).toEqual(["r1"]);
    expect(pulled.triggers).toEqual([0, 0]);
    expect(remapPad(pad([], { triggers: [0.3, 0] }), map).triggers).toEqual([0.3, 0]);
  });

  test("swaps sticks and turns looking upside down", () => {
    expect(remapPad(pad([]), { ...PLAIN_MAP, swapSticks: true }).axes).toEqual([0.3, 0.4, 0.1, 0.2]);
    expect(remapPad(pad([]), { ...PLAIN_MAP, invertLookY: true }).axes).toEqual([0.1, 0.2, 0.3, -0.4]);
    expect(Object.is(remapPad(pad([], { axes: [0, 0, 0, 0] }), { ...PLAIN_MAP, invertLookY: true }).axes[3], -0)).toBe(false);
  });

  test("keeps buttons that no standard pad has", () => {
    const odd = pad([], { buttons: 1 << 20 });
    expect(remapPad(odd, { ...PLAIN_MAP, swapSticks: true }).buttons).toBe(1 << 20);
  });
});

test("buttons change places, and changing back leaves nothing to keep", () => {
  const once = assignButton(PLAIN_MAP, "south", "west");
  expect(once.buttons).toEqual({ south: "west", west: "south" });
  expect(assignButton(once, "south", "south").buttons).toEqual({});
  const work = PAD_BUTTONS.map((name) => assignButton(once, "south", "north").buttons[name] ?? name);
  expect(new Set(work).size).toBe(PAD_BUTTONS.length);
});
