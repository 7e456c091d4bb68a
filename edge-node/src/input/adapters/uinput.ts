// Pads as the kernel's own devices, through /dev/uinput: a title sees what it would
// see of a pad in a USB port.
//
// The device is seen by every program on the machine that may read /dev/input, so
// a node that runs several titles at once has to show each only its own.

import { constants, closeSync, openSync, writeSync } from "node:fs";
import { access } from "node:fs/promises";
import koffi from "koffi";
import type { Scope } from "@nearframe/shared/lifetime";
import type { PadPosition } from "../pad-to-keys.ts";
import { AXES, axisSetup, deviceSetup, EventType, Ioctl, KEYS, padEvents } from "./uinput-layout.ts";

export const UINPUT_PATH = "/dev/uinput";

export interface PadDevice {
  move(position: PadPosition): void;
}

/** In a sentence, why this node can make no pads; undefined if it can. */
export async function whyNoUinput(): Promise<string | undefined> {
  try {
    await access(UINPUT_PATH, constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT"
      ? `this host can make no virtual pad: there is no ${UINPUT_PATH} (its kernel lacks the module uinput)`
      : `this host can make no virtual pad: the node may not write to ${UINPUT_PATH}`;
  }
}

export function createPadDevice(name: string, scope: Scope): PadDevice {
  const file = openSync(UINPUT_PATH, constants.O_WRONLY | constants.O_NONBLOCK);
  scope.own(file, closeSync);
  const call = ioctlOn(file);
  call(Ioctl.setEventType, EventType.key);
  for (const key of Object.values(KEYS)) call(Ioctl.setKey, key);
  call(Ioctl.setEventType, EventType.axis);
  for (const axis of AXES) {
    call(Ioctl.setAxis, axis.code);
    call(Ioctl.setUpAxis, axisSetup(axis));
  }
  call(Ioctl.setUp, deviceSetup(name));
  call(Ioctl.create, 0);
  // The kernel lets go of a device's keys as it goes.
  scope.own(file, () => call(Ioctl.destroy, 0));
  return { move: (position) => void writeSync(file, padEvents(position)) };
}

function ioctlOn(file: number): (request: number, argument: number | Buffer) => void {
  const ioctl = koffi.load("libc.so.6").func("int ioctl(int file, unsigned long request, ...)");
  return (request, argument) => {
    const result = ioctl(file, request, typeof argument === "number" ? "int" : "void *", argument) as number;
    if (result < 0) throw new Error(`${UINPUT_PATH} refused request 0x${request.toString(16)} (errno ${koffi.errno()})`);
  };
}
