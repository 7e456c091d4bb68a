// What a guest's hands ask of the title: their pad, where it changed. Pure.

import { releaseGuestPad, takeGuestInput, type GuestPad } from "@nearframe/shared/input/guest-pad";
import type { InputMessage, PadState } from "@nearframe/shared/input/messages";
import type { InputAction } from "./ports.ts";

export function applyGuestInput(pad: GuestPad, message: InputMessage): [GuestPad, InputAction[]] {
  const next = takeGuestInput(pad, message);
  return [next, changes(pad, next)];
}

export function letGoOfGuestPad(pad: GuestPad): [GuestPad, InputAction[]] {
  const next = releaseGuestPad(pad);
  return [next, changes(pad, next)];
}

function changes(before: GuestPad, after: GuestPad): InputAction[] {
  if (JSON.stringify(before.held) === JSON.stringify(after.held)) return [];
  const { index, buttons, axes, triggers } = after.held ?? atRest(after.seat);
  return [{ kind: "pad", pad: index, buttons, axes, triggers }];
}

const atRest = (index: number): PadState => ({ index, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0] });
