// A player's own order of a pad's buttons, for one title. Pure.

import type { PadState } from "@nearframe/shared/input/messages";
import { PAD_BUTTONS, type PadButton } from "@nearframe/shared/title/manifest";
import * as z from "zod/mini";

const Button = z.enum(PAD_BUTTONS);

/** Each field by itself: one that can't be read costs no other. */
const orElse = z.catch;

export const PadMap = z.object({
  /** What a button of the pad in the hands does: another button's work. */
  buttons: orElse(z.partialRecord(Button, Button), {}),
  swapSticks: orElse(z.boolean(), false),
  /** Up is down, for those who learned to fly. */
  invertLookY: orElse(z.boolean(), false),
});
export type PadMap = z.infer<typeof PadMap>;

export const PLAIN_MAP: PadMap = { buttons: {}, swapSticks: false, invertLookY: false };

const indexOf = (button: PadButton) => PAD_BUTTONS.indexOf(button);
const [L2, R2] = [indexOf("l2"), indexOf("r2")];
/** A button that stands in for a trigger pulls it all the way. */
const FULL = 1;

export function remapPad(pad: PadState, map: PadMap): PadState {
  if (map === PLAIN_MAP) return pad;
  let buttons = 0;
  const triggers: [number, number] = [0, 0];
  for (let i = 0; i < 32; i++) {
    const name = PAD_BUTTONS[i];
    const to = name === undefined ? i : indexOf(map.buttons[name] ?? name);
    const pull = i === L2 ? pad.triggers[0] : i === R2 ? pad.triggers[1] : undefined;
    const down = (pad.buttons & (1 << i)) !== 0;
    if (down) buttons |= 1 << to;
    if (to !== L2 && to !== R2) continue;
    const amount = pull ?? (down ? FULL : 0);
    const side = to === L2 ? 0 : 1;
    triggers[side] = Math.max(triggers[side], amount);
  }
  const [leftX, leftY, rightX, rightY] = pad.axes;
  const axes = map.swapSticks ? ([rightX, rightY, leftX, leftY] as const) : pad.axes;
  return {
    index: pad.index,
    buttons: buttons >>> 0,
    triggers,
    axes: map.invertLookY ? [axes[0], axes[1], axes[2], -axes[3] || 0] : axes,
  };
}

/** Two buttons change places, so that none is left without work. */
export function assignButton(map: PadMap, held: PadButton, work: PadButton): PadMap {
  const workOf = (button: PadButton) => map.buttons[button] ?? button;
  const before = workOf(held);
  const other = PAD_BUTTONS.find((button) => workOf(button) === work);
  const buttons: Partial<Record<PadButton, PadButton>> = { ...map.buttons, [held]: work };
  if (other !== undefined && other !== held) buttons[other] = before;
  for (const button of PAD_BUTTONS) if (buttons[button] === button) delete buttons[button];
  return { ...map, buttons };
}
