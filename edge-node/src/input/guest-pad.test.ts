import { describe, expect, test } from "vitest";
import type { InputMessage, InputState, PadState } from "@nearframe/shared/input/messages";
import { makeGuestPad } from "@nearframe/shared/input/guest-pad";
import { applyGuestInput, letGoOfGuestPad } from "./guest-pad.ts";

const pad = (change: Partial<PadState> = {}): PadState => ({ index: 0, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0], ...change });
const state = (seq: number, change: Partial<InputState> = {}): InputMessage => ({
  kind: "state", seq, edgeSeq: 0, pointer: undefined, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
  buttons: 0, keys: [], pads: [], touches: [], ...change,
});

describe("a guest's pad", () => {
  test("acts at the guest's own seat, whichever the page says", () => {
    const [, actions] = applyGuestInput(makeGuestPad(2), state(1, { pads: [pad({ index: 0, buttons: 1 })] }));
    expect(actions).toEqual([{ kind: "pad", pad: 2, buttons: 1, triggers: [0, 0], axes: [0, 0, 0, 0] }]);
  });

  test("is one: a second one on the same page is nobody's", () => {
    const [, actions] = applyGuestInput(makeGuestPad(1), state(1, { pads: [pad(), pad({ index: 1, buttons: 1 })] }));
    expect(actions).toEqual([{ kind: "pad", pad: 1, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0] }]);
  });

  test("comes without keys, pointer, wheel, touches and text", () => {
    const everything = state(1, {
      keys: [30], buttons: 1, pointer: { x: 0.5, y: 0.5 }, dxTotal: 9, wheelYTotal: 240, touches: [{ id: 0, x: 0, y: 0, pressure: 1 }],
    });
    expect(applyGuestInput(makeGuestPad(1), everything)[1]).toEqual([]);
    const edges: InputMessage = {
      kind: "edges", seq: 2, edges: [{ kind: "key", key: 30, down: true }, { kind: "text", text: "x" }, { kind: "button", button: 0, down: true, at: undefined }],
    };
    expect(applyGuestInput(makeGuestPad(1), edges)[1]).toEqual([]);
  });

  test("says nothing twice, and takes nothing that is older", () => {
    const [held] = applyGuestInput(makeGuestPad(1), state(5, { pads: [pad({ buttons: 1 })] }));
    expect(applyGuestInput(held, state(6, { pads: [pad({ buttons: 1 })] }))[1]).toEqual([]);
    expect(applyGuestInput(held, state(4, { pads: [pad({ buttons: 0 })] }))[1]).toEqual([]);
  });

  test("is let go of when it is gone, when the page says so, and when the path is lost", () => {
    const [held] = applyGuestInput(makeGuestPad(1), state(5, { pads: [pad({ buttons: 1 })] }));
    const rest = [{ kind: "pad", pad: 1, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0] }];
    expect(applyGuestInput(held, state(6))[1]).toEqual(rest);
    expect(applyGuestInput(held, { kind: "edges", seq: 6, edges: [{ kind: "release-all" }] })[1]).toEqual(rest);
    const [released, actions] = letGoOfGuestPad(held);
    expect(actions).toEqual(rest);
    expect(letGoOfGuestPad(released)[1]).toEqual([]);
  });
});
