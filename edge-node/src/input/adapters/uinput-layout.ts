// A virtual Xbox 360 pad in the bytes of linux/uinput.h and linux/input.h: the pad
// that every game knows. 64-bit Linux, little-endian. Pure.

import { PAD_BUTTONS, type PadButton } from "@nearframe/shared/title/manifest";
import type { PadPosition } from "../pad-to-keys.ts";
import { EFFECTS_MAX } from "../rumble.ts";

export const Ioctl = {
  setEventType: 0x4004_5564,
  setKey: 0x4004_5565,
  setAxis: 0x4004_5567,
  setUp: 0x405c_5503,
  setUpAxis: 0x401c_5504,
  create: 0x5501,
  destroy: 0x5502,
} as const;

export const EventType = { sync: 0, key: 1, axis: 3 } as const;

/** linux/input-event-codes.h. The pad prints X on its western and Y on its northern button. */
export const KEYS: Readonly<Partial<Record<PadButton, number>>> = {
  south: 0x130, east: 0x131, west: 0x133, north: 0x134, l1: 0x136, r1: 0x137,
  select: 0x13a, start: 0x13b, home: 0x13c, l3: 0x13d, r3: 0x13e,
};

type Axis = { code: number; min: number; max: number; fuzz: number; flat: number };
const STICK = { min: -32_768, max: 32_767, fuzz: 16, flat: 128 };
const TRIGGER = { min: 0, max: 255, fuzz: 0, flat: 0 };
const HAT = { min: -1, max: 1, fuzz: 0, flat: 0 };
/** Sticks, triggers and the cross, in the order of `padEvents`. */
export const AXES: readonly Axis[] = [
  { code: 0x00, ...STICK }, { code: 0x01, ...STICK }, { code: 0x03, ...STICK }, { code: 0x04, ...STICK },
  { code: 0x02, ...TRIGGER }, { code: 0x05, ...TRIGGER },
  { code: 0x10, ...HAT }, { code: 0x11, ...HAT },
];

const BUS_USB = 3;
const MICROSOFT = 0x045e;
const XBOX_360_PAD = 0x028e;
const VERSION = 0x0110;
const NAME_BYTES = 80;

/** struct uinput_setup: id (4 x u16), name[80], ff_effects_max (u32), without which the kernel makes no pad that shakes. */
export function deviceSetup(name: string): Buffer {
  const setup = Buffer.alloc(8 + NAME_BYTES + 4);
  for (const [index, value] of [BUS_USB, MICROSOFT, XBOX_360_PAD, VERSION].entries()) setup.writeUInt16LE(value, index * 2);
  setup.write(name, 8, NAME_BYTES - 1, "latin1");
  setup.writeUInt32LE(EFFECTS_MAX, 8 + NAME_BYTES);
  return setup;
}

/** struct uinput_abs_setup: code (u16, padded), then input_absinfo: value, minimum, maximum, fuzz, flat, resolution. */
export function axisSetup({ code, min, max, fuzz, flat }: Axis): Buffer {
  const setup = Buffer.alloc(28);
  setup.writeUInt16LE(code, 0);
  for (const [index, value] of [0, min, max, fuzz, flat, 0].entries()) setup.writeInt32LE(value, 4 + index * 4);
  return setup;
}

/** All of a pad's position, and the sync that makes it one change. The kernel drops what did not change. */
export function padEvents(pad: PadPosition): Buffer {
  const isDown = (button: PadButton) => ((pad.buttons >> PAD_BUTTONS.indexOf(button)) & 1) === 1;
  const direction = (back: PadButton, forth: PadButton) => Number(isDown(forth)) - Number(isDown(back));
  const trigger = (index: number, button: PadButton) => Math.max(pad.triggers[index] ?? 0, Number(isDown(button)));
  const positions = [
    ...[0, 1, 2, 3].map((index) => (pad.axes[index] ?? 0) * STICK.max),
    trigger(0, "l2") * TRIGGER.max,
    trigger(1, "r2") * TRIGGER.max,
    direction("left", "right"),
    direction("up", "down"),
  ];
  return Buffer.concat([
    ...Object.entries(KEYS).map(([button, key]) => inputEvent(EventType.key, key, Number(isDown(button as PadButton)))),
    ...AXES.map((axis, index) => {
      const value = Math.round(positions[index] ?? 0);
      return inputEvent(EventType.axis, axis.code, Math.min(axis.max, Math.max(axis.min, value)));
    }),
    inputEvent(EventType.sync, 0, 0),
  ]);
}

/** struct input_event: time (two 64-bit numbers, filled in by the kernel), type, code, value. */
function inputEvent(type: number, code: number, value: number): Buffer {
  const event = Buffer.alloc(24);
  event.writeUInt16LE(type, 16);
  event.writeUInt16LE(code, 18);
  event.writeInt32LE(value, 20);
  return event;
}
