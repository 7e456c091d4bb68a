import { closeSync, constants, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import koffi from "koffi";
import { expect, test } from "vitest";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import type { Rumble } from "../rumble.ts";
import { createUinputDouble } from "../testing/uinput-double.ts";
import { forceFeedbackContract, type OpenPad } from "./force-feedback.contract.ts";
import { serveForceFeedback } from "./force-feedback.ts";
import { FORCE_FEEDBACK, INPUT_EVENT_BYTES, RUMBLE_EFFECT } from "./force-feedback-layout.ts";
import { createPadDevice, whyNoUinput } from "./uinput.ts";

forceFeedbackContract("the kernel's double", async (onRumble, scope) => {
  const kernel = createUinputDouble();
  const feedback = serveForceFeedback(kernel.file, systemClock, onRumble, scope);
  kernel.onReadable(() => feedback.handleReadable());
  return kernel.title;
});

test("an effect whose timer is early by the clock ends once", async () => {
  await using scope = new Scope();
  const kernel = createUinputDouble();
  const heard: Rumble[] = [];
  const feedback = serveForceFeedback(kernel.file, { monotonicMs: () => 1_000 }, (rumble) => void heard.push(rumble), scope);
  kernel.onReadable(() => feedback.handleReadable());
  await kernel.title.play(await kernel.title.upload({ strong: 1, weak: 1, lengthMs: 5 }), 1);
  await expect.poll(() => heard.at(-1)).toMatchObject({ strong: 0, weak: 0 });
  expect(heard).toHaveLength(2);
});

/** linux/input.h; an effect is 48 bytes. */
const EVIOCSFF = 0x4030_4580;
const EVIOCRMFF = 0x4004_4581;

/** A program that opened the pad's event device. Uploads wait for this same process to answer, so they go to a thread. */
const openKernelPad: OpenPad = async (onRumble, scope) => {
  const name = "Nearframe shaking pad";
  createPadDevice(name, scope, onRumble);
  const devices = await readFile("/proc/bus/input/devices", "utf8");
  const entry = devices.split("\n\n").find((device) => device.includes(name)) ?? "";
  const file = scope.own(openSync(`/dev/input/${/event\d+/.exec(entry)?.[0]}`, constants.O_RDWR), closeSync);
  const ioctl = koffi.load("libc.so.6").func("int ioctl(int file, unsigned long request, ...)");
  const call = (request: number, type: string, argument: number | Buffer) =>
    new Promise<void>((resolve, reject) => {
      ioctl.async(file, request, type, argument, (error: Error | null, result: number) =>
        error || result < 0 ? reject(error ?? new Error(`request 0x${request.toString(16)} was refused`)) : resolve(),
      );
    });
  return {
    async upload({ strong, weak, lengthMs }) {
      const effect = Buffer.alloc(48);
      effect.writeUInt16LE(RUMBLE_EFFECT, 0);
      effect.writeInt16LE(-1, 2);
      effect.writeUInt16LE(lengthMs, 10);
      effect.writeUInt16LE(Math.round(strong * 0xffff), 16);
      effect.writeUInt16LE(Math.round(weak * 0xffff), 18);
      await call(EVIOCSFF, "void *", effect);
      return effect.readInt16LE(2);
    },
    erase: (id) => call(EVIOCRMFF, "int", id),
    async play(id, times) {
      const event = Buffer.alloc(INPUT_EVENT_BYTES);
      event.writeUInt16LE(FORCE_FEEDBACK, 16);
      event.writeUInt16LE(id, 18);
      event.writeInt32LE(times, 20);
      writeSync(file, event);
    },
  };
};

// A machine without /dev/uinput runs the double alone; `lacks.pad` says so to its players.
if ((await whyNoUinput()) === undefined) forceFeedbackContract("the kernel", openKernelPad);
