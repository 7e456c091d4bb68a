// Pads as the kernel's own devices, through /dev/uinput: a title sees what it would
// see of a pad in a USB port.
//
// The device is seen by every program on the machine that may read /dev/input, so
// a node that runs several titles at once has to show each only its own.

import { constants, closeSync, openSync, readSync, writeSync } from "node:fs";
import { access } from "node:fs/promises";
import koffi from "koffi";
import { systemClock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { PadPosition } from "../pad-to-keys.ts";
import type { Rumble } from "../rumble.ts";
import { type FeedbackFile, serveForceFeedback } from "./force-feedback.ts";
import { FORCE_FEEDBACK, ForceFeedbackIoctl, GAIN, INPUT_EVENT_BYTES, RUMBLE_EFFECT } from "./force-feedback-layout.ts";
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

/** Several requests may wait when the node was busy. */
const EVENTS_AT_ONCE = 32;

/** `onRumble` hears what the title makes the pad do; the kernel asks for it while the device lives. */
export function createPadDevice(name: string, scope: Scope, onRumble: (rumble: Rumble) => void = () => {}): PadDevice {
  const file = openSync(UINPUT_PATH, constants.O_RDWR | constants.O_NONBLOCK);
  scope.own(file, closeSync);
  const call = ioctlOn(file);
  call(Ioctl.setEventType, EventType.key);
  for (const key of Object.values(KEYS)) call(Ioctl.setKey, key);
  call(Ioctl.setEventType, EventType.axis);
  for (const axis of AXES) {
    call(Ioctl.setAxis, axis.code);
    call(Ioctl.setUpAxis, axisSetup(axis));
  }
  call(Ioctl.setEventType, FORCE_FEEDBACK);
  for (const effect of [RUMBLE_EFFECT, GAIN]) call(ForceFeedbackIoctl.setEffectKind, effect);
  call(Ioctl.setUp, deviceSetup(name));
  call(Ioctl.create, 0);
  // The kernel lets go of a device's keys as it goes.
  scope.own(file, () => call(Ioctl.destroy, 0));
  const feedback = serveForceFeedback({ read: () => readEvents(file), control: call }, systemClock, onRumble, scope);
  scope.own(koffi.node.poll(file, { readable: true }, () => feedback.handleReadable()), (poll) => poll.close());
  return { move: (position) => void writeSync(file, padEvents(position)) };
}

function readEvents(file: number): ReturnType<FeedbackFile["read"]> {
  const events = Buffer.alloc(EVENTS_AT_ONCE * INPUT_EVENT_BYTES);
  try {
    return events.subarray(0, readSync(file, events));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return events.subarray(0, 0);
    throw error;
  }
}

function ioctlOn(file: number): (request: number, argument: number | Buffer) => void {
  const ioctl = koffi.load("libc.so.6").func("int ioctl(int file, unsigned long request, ...)");
  return (request, argument) => {
    const result = ioctl(file, request, typeof argument === "number" ? "int" : "void *", argument) as number;
    if (result < 0) throw new Error(`${UINPUT_PATH} refused request 0x${request.toString(16)} (errno ${koffi.errno()})`);
  };
}
