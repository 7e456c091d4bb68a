// A pad played as keys and pointer, for titles on a host that can make no virtual
// pad. The title's manifest says which part is which key. Pure.

import { keyNumber } from "@nearframe/shared/input/codes";
import { PAD_BUTTONS, type PadMapping } from "@nearframe/shared/title/manifest";

export type PadPosition = { buttons: number; axes: readonly number[]; triggers: readonly number[] };

/** A stick or trigger counts as pressed beyond the first, and until it is back at the second. */
const PRESS_AT = 0.5;
const RELEASE_AT = 0.4;
/** Sticks at rest are seldom at nought. */
const DEAD_ZONE = 0.15;
const TRIGGERS = { l2: 0, r2: 1 } as const;

/** The keys that the pad holds down, given those that it held before. */
export function padKeys(mapping: PadMapping, pad: PadPosition, heldBefore: readonly number[]): number[] {
  const keys = new Set<number>();
  const hold = (code: string | undefined, isDown: (wasDown: boolean) => boolean) => {
    const key = code === undefined ? undefined : keyNumber(code);
    if (key !== undefined && isDown(heldBefore.includes(key))) keys.add(key);
  };
  for (const [index, button] of PAD_BUTTONS.entries()) {
    const trigger = button === "l2" || button === "r2" ? (pad.triggers[TRIGGERS[button]] ?? 0) : 0;
    const pressed = (pad.buttons & (1 << index)) !== 0;
    hold(mapping.buttons?.[button], (wasDown) => pressed || isPushed(trigger, wasDown));
  }
  const [x = 0, y = 0] = pad.axes;
  hold(mapping.leftStick?.left, (wasDown) => isPushed(-x, wasDown));
  hold(mapping.leftStick?.right, (wasDown) => isPushed(x, wasDown));
  hold(mapping.leftStick?.up, (wasDown) => isPushed(-y, wasDown));
  hold(mapping.leftStick?.down, (wasDown) => isPushed(y, wasDown));
  return [...keys];
}

/** How far the right stick moves the pointer in `elapsedMs`; undefined while it rests. */
export function padMotion(
  mapping: PadMapping,
  pad: PadPosition,
  elapsedMs: number,
): { dx: number; dy: number } | undefined {
  const [, , x = 0, y = 0] = pad.axes;
  const deflection = Math.min(1, Math.hypot(x, y));
  if (mapping.rightStickPixelsPerSecond === undefined || deflection <= DEAD_ZONE) return undefined;
  // Squared, so that a small push aims finely.
  const speed = ((deflection - DEAD_ZONE) / (1 - DEAD_ZONE)) ** 2;
  const pixels = (mapping.rightStickPixelsPerSecond * speed * elapsedMs) / 1000 / Math.hypot(x, y);
  return { dx: x * pixels, dy: y * pixels };
}

const isPushed = (amount: number, wasDown: boolean): boolean => amount > (wasDown ? RELEASE_AT : PRESS_AT);
