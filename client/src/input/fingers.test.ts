// @vitest-environment happy-dom
import { Scope } from "@nearframe/shared/lifetime";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createFingers } from "./fingers.ts";
import type { InputEvent } from "./input-state.ts";

const STICK: TouchControl = { kind: "stick", pad: "left-stick", x: 0.25, y: 0.5, size: 0.5 };
const JUMP: TouchControl = { kind: "button", label: "Jump", keys: ["Space"], x: 0.75, y: 0.5, size: 0.3 };
const BOX = { left: 0, top: 0, width: 200, height: 100 };

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

function setUp(first: readonly TouchControl[]) {
  const events: InputEvent[] = [];
  let controls = first;
  const surface = document.createElement("div");
  surface.setPointerCapture = () => undefined;
  createFingers(scope, surface, {
    needs: { keyboard: true, pointer: "none", touch: false }, title: { width: 1280, height: 720 }, timers: createFakeTimers(),
    controls: () => controls, dispatch: (event) => void events.push(event), playing: () => true,
    picture: () => BOX, safeBox: () => BOX, vibrate() {}, onAim() {}, onLook() {},
  });
  const finger = (type: string, clientX: number, clientY: number) =>
    surface.dispatchEvent(new PointerEvent(type, { pointerType: "touch", pointerId: 1, clientX, clientY, cancelable: true }));
  return { events, finger, show: (next: readonly TouchControl[]) => void (controls = next) };
}

const push = (events: readonly InputEvent[]) => {
  const told = events.findLast((event) => event.kind === "pads");
  return told?.kind === "pads" ? told.pads[0]?.axes[0] : undefined;
};

// A text field took the focus under a thumb on the stick: the phone's keyboard hid the parts, and the title walked on.
test.each([
  ["are hidden", []],
  ["lie otherwise", [JUMP, STICK]],
])("a stick that is held while the parts %s is let go of", (_, next) => {
  const { events, finger, show } = setUp([STICK, JUMP]);
  finger("pointerdown", 70, 50);
  expect(push(events)).toBeGreaterThan(0.5);
  show(next);
  finger("pointerup", 70, 50);
  expect(push(events)).toBe(0);
});

test("a key that is held meanwhile comes up, and the finger is nobody's until it is lifted", () => {
  const { events, finger, show } = setUp([STICK, JUMP]);
  finger("pointerdown", 150, 50);
  show([]);
  finger("pointermove", 152, 50);
  const down = events.filter((event) => event.kind === "key").map((event) => event.kind === "key" && event.down);
  expect(down).toEqual([true, false]);
  const before = events.length;
  show([STICK, JUMP]);
  finger("pointermove", 70, 50);
  finger("pointerup", 70, 50);
  expect(events).toHaveLength(before);
});
