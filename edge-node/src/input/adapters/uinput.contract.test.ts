import { constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openXvfb } from "../../display/adapters/xvfb.ts";
import { openHostSink } from "./host-sink.ts";
import { createPadDevice, whyNoUinput } from "./uinput.ts";

const reason = await whyNoUinput();
const SOUTH = 1;

test.skipIf(reason !== undefined)(`a pad is a device that programs can read${reason ? ` (skipped: ${reason})` : ""}`, async () => {
  await using scope = new Scope();
  const pad = createPadDevice("Nearframe contract pad", scope);
  const devices = await readFile("/proc/bus/input/devices", "utf8");
  const entry = devices.split("\n\n").find((device) => device.includes("Nearframe contract pad")) ?? "";
  expect(entry).toContain("Vendor=045e Product=028e");
  const events = await open(`/dev/input/${/event\d+/.exec(entry)?.[0]}`, constants.O_RDONLY | constants.O_NONBLOCK);
  scope.own(events, (file) => file.close());
  pad.move({ buttons: SOUTH, axes: [0, 0, 0, 0], triggers: [0, 0] });
  const event = await vi.waitFor(async () => (await events.read(Buffer.alloc(24))).buffer);
  expect([event.readUInt16LE(16), event.readUInt16LE(18), event.readInt32LE(20)]).toEqual([1, 0x130, 1]);
});

test("a host without uinput says so, and its sink too", async () => {
  await using scope = new Scope();
  const sink = await openHostSink(await openXvfb({ width: 320, height: 180 }, scope), { onRumble() {} }, scope);
  expect(sink.lacks.pad).toBe(reason);
});
