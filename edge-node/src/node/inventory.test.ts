import { expect, test } from "vitest";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import { NodeInventory } from "@nearframe/shared/node/inventory";
import * as z from "zod/mini";
import { parseConfig } from "./config.ts";
import { makeCapacity, makeInventory } from "./inventory.ts";

const hardware = { cpuModel: "Test", cpuCores: 8, memoryMb: 16_000 };
const speed = { frameMsP50: 3, frameMsP95: 4, fpsMax: 250 };
const x264: EncoderReport = { name: "x264", codec: "H264", hardware: false, opened: true, at720p: speed, at1080p: speed };
const nvenc: EncoderReport = { name: "nvenc-h264", codec: "H264", hardware: true, opened: false, reason: "no device" };
const none = { slots: undefined, token: undefined };

test("slots are measured", () => {
  expect(makeCapacity(none, hardware, [nvenc, x264])).toMatchObject({
    slots: 8,
    source: "measured",
    measured: { encoder: "x264", frameMs: 3, slotsByCpu: 8, slotsByMemory: 25 },
  });
});

test("until the encoders have been tried one is promised, or what the operator said to a server that knows the token", () => {
  expect(makeCapacity(none, hardware, undefined)).toEqual({ slots: 1, source: "provisional" });
  expect(makeCapacity({ slots: 4, token: undefined }, hardware, undefined)).toEqual({ slots: 1, source: "provisional" });
  expect(makeCapacity({ slots: 4, token: "0123456789abcdef" }, hardware, undefined)).toEqual({ slots: 4, source: "operator" });
  expect(makeCapacity({ slots: 1, token: undefined }, hardware, undefined)).toEqual({ slots: 1, source: "operator" });
});

test("the operator's number stands, and what was measured is told beside it", () => {
  expect(makeCapacity({ slots: 3, token: undefined }, hardware, [x264])).toMatchObject({ slots: 3, source: "operator", measured: { frameMs: 3 } });
});

test("a machine without any encoder carries nothing", () => {
  expect(makeCapacity(none, hardware, [nvenc])).toEqual({ slots: 0, source: "measured" });
});

test("an inventory is what the server's door takes, however much there would be to tell", () => {
  const config = parseConfig({ NEARFRAME_ANNOUNCE: "play.example.net", NEARFRAME_UPLINK_KBPS: "50000", NEARFRAME_OPERATOR: "acme" });
  const inventory = makeInventory(
    {
      config,
      name: "n".repeat(300),
      version: "0.1.0",
      hardware,
      addresses: Array.from({ length: 50 }, () => ({ ip: "0.0.0.0", announcedAddress: "play.example.net" })),
      timeZone: "Europe/Berlin",
      notices: Array.from({ length: 50 }, () => "x".repeat(900)),
      canFetch: false,
    },
    { runtimes: ["native"], titleIds: ["freedoom"], titleRuntimes: ["native"], cardsFull: true },
    [x264],
  );
  expect(z.parse(NodeInventory, inventory)).toMatchObject({
    network: { announced: true, uplinkKbps: 50_000, addresses: expect.arrayContaining(["play.example.net"]) },
    operatorId: "acme",
    timeZone: "Europe/Berlin",
    cardsFull: true,
    capacity: { slots: 8 },
  });
});
