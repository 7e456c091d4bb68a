import { expect, test } from "vitest";
import type { PadState } from "@nearframe/shared/input/messages";
import type { InputEvent } from "./input-state.ts";
import { createPadMix, mixPads } from "./pad-mix.ts";

const pad = (index: number, buttons = 0, axes: PadState["axes"] = [0, 0, 0, 0]): PadState => ({ index, buttons, triggers: [0, 0], axes });

test("pads at different seats stand beside each other, in order", () => {
  expect(mixPads([pad(0, 1)], [pad(2, 4), pad(1, 2)]).map(({ index, buttons }) => [index, buttons])).toEqual([[0, 1], [1, 2], [2, 4]]);
});

test("two at one seat are one pad in two hands", () => {
  expect(mixPads([pad(0, 1, [0.2, -1, 0, 0])], [pad(0, 2, [-0.5, 0.3, 0, 0])])).toEqual([pad(0, 3, [-0.5, -1, 0, 0])]);
});

test("a phone's press goes out at once, and its leaving lets go", () => {
  const sent: InputEvent[] = [];
  const mix = createPadMix((event) => void sent.push(event));
  mix.setPhone("g1", pad(0, 1), 1);
  mix.dispatch({ kind: "pads", pads: [pad(0, 2)] }, 2);
  mix.setPhone("g1", undefined, 3);
  mix.setPhone("g1", undefined, 4);
  expect(sent).toEqual([
    { kind: "pads", pads: [pad(0, 1)] }, { kind: "pads", pads: [pad(0, 3)] }, { kind: "pads", pads: [pad(0, 2)] },
  ]);
});

test("a pad in the player's own hands that was let go of is still there, at rest", () => {
  const sent: InputEvent[] = [];
  const mix = createPadMix((event) => void sent.push(event));
  mix.dispatch({ kind: "pads", pads: [pad(0, 2)] }, 1);
  mix.setPhone("g1", pad(1, 1), 2);
  mix.dispatch({ kind: "release-all" }, 3);
  expect(sent.at(-1)).toEqual({ kind: "pads", pads: [pad(0), pad(1, 1)] });
});

test("a page that lets go of everything does not let go for a friend", () => {
  const sent: InputEvent[] = [];
  const mix = createPadMix((event) => void sent.push(event));
  mix.setPhone("g1", pad(1, 1), 1);
  mix.dispatch({ kind: "release-all" }, 2);
  mix.dispatch({ kind: "key", key: 30, down: true }, 3);
  expect(sent.slice(1)).toEqual([{ kind: "release-all" }, { kind: "pads", pads: [pad(1, 1)] }, { kind: "key", key: 30, down: true }]);
});
