// Gamepads: read once a frame while one is connected, told only when they change.

import type { Scope } from "@nearframe/shared/lifetime";
import { PADS_MAX, type PadState } from "@nearframe/shared/input/messages";
import type { InputEvent } from "./input-state.ts";
import { remapPad, type PadMap } from "./pad-map.ts";

export type PadReading = Pick<Gamepad, "index" | "connected" | "timestamp"> & {
  buttons: readonly Pick<GamepadButton, "pressed" | "value">[];
  axes: readonly number[];
};

const TRIGGERS = [6, 7] as const;
const BUTTONS_MAX = 32;
/** Sticks that are let go of don't come quite to rest. */
export const STICK_REST = 0.08;

/** What the wire says of a pad, in the wire's own steps, so that noise below one is no change. */
export function readPad(pad: PadReading, index: number): PadState {
  let buttons = 0;
  pad.buttons.slice(0, BUTTONS_MAX).forEach((button, i) => {
    if (button.pressed) buttons |= 1 << i;
  });
  const trigger = (i: number) => Math.round((pad.buttons[i]?.value ?? 0) * 255) / 255;
  const [leftX, leftY] = stick(pad.axes[0] ?? 0, pad.axes[1] ?? 0);
  const [rightX, rightY] = stick(pad.axes[2] ?? 0, pad.axes[3] ?? 0);
  return {
    index,
    buttons: buttons >>> 0,
    triggers: [trigger(TRIGGERS[0]), trigger(TRIGGERS[1])],
    axes: [leftX, leftY, rightX, rightY],
  };
}

/** Zero within the rest zone, then from zero, so that no step is felt at its border. */
function stick(x: number, y: number): readonly [number, number] {
  const length = Math.hypot(x, y);
  if (length <= STICK_REST) return [0, 0];
  const scale = Math.min(1, (length - STICK_REST) / (1 - STICK_REST)) / length;
  const step = (value: number) => Math.round(value * scale * 32767) / 32767;
  return [step(x), step(y)];
}

/** Seats go to pads in the order in which the browser lists them. */
export function readPads(pads: readonly (PadReading | null)[]): readonly PadState[] {
  return pads
    .filter((pad) => pad?.connected === true)
    .slice(0, PADS_MAX)
    .map((pad, index) => readPad(pad as PadReading, index));
}

export type PadPorts = {
  dispatch(event: InputEvent, madeAtMs: number): void;
  playing(): boolean;
  /** How the player wants the title's buttons to lie. */
  map(): PadMap;
  onCountChange(count: number): void;
};

const NO_PADS = "[]";

export function createPads(scope: Scope, window: Window, ports: PadPorts): void {
  /** What was told last; undefined where it holds no more, as after the menu, which let go of it. */
  let before: string | undefined = NO_PADS;
  let frame: number | undefined;

  const poll = () => {
    frame = undefined;
    const map = ports.map();
    const pads = readPads(window.navigator.getGamepads()).map((pad) => remapPad(pad, map));
    if (pads.length > 0) frame = window.requestAnimationFrame(poll);
    if (!ports.playing()) {
      if (before !== NO_PADS) before = undefined;
      return;
    }
    const now = JSON.stringify(pads);
    if (now === before) return;
    before = now;
    ports.dispatch({ kind: "pads", pads }, performance.now());
  };
  const handle = () => {
    ports.onCountChange(readPads(window.navigator.getGamepads()).length);
    if (frame === undefined) poll();
  };
  window.addEventListener("gamepadconnected", handle);
  window.addEventListener("gamepaddisconnected", handle);
  scope.own(window, () => {
    if (frame !== undefined) window.cancelAnimationFrame(frame);
    window.removeEventListener("gamepadconnected", handle);
    window.removeEventListener("gamepaddisconnected", handle);
  });
  // Insecure pages have no gamepads at all.
  if ("getGamepads" in window.navigator) handle();
}
