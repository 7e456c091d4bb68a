import { describe, expect, test } from "vitest";
import type { EncoderReport } from "../media/encoder-reports.ts";
import { measureCapacity, slotsOf } from "./capacity.ts";

const speed = (frameMs: number) => ({ frameMsP50: frameMs, frameMsP95: frameMs * 1.5, fpsMax: Math.floor(1000 / Math.max(frameMs, 0.1)) });
const opened = (name: string, codec: "H264" | "VP8" | "AV1", hardware: boolean, frameMs: number): EncoderReport => ({
  name, codec, hardware, opened: true, at720p: speed(frameMs), at1080p: speed(frameMs * 2.2),
});
const x264 = (frameMs: number) => opened("x264", "H264", false, frameMs);

const slots = (cpuCores: number, memoryMb: number, encoders: EncoderReport[]) => {
  const measured = measureCapacity({ cpuCores, memoryMb }, encoders);
  return measured && slotsOf(measured);
};

describe("what a machine carries", () => {
  test.each([
    ["two cores, 3 ms a frame", 2, 24_000, [x264(2.8)], 2],
    ["one core", 1, 4_000, [x264(3)], 1],
    ["a slow machine still carries one, at a lower rate", 1, 1_000, [x264(25)], 1],
    ["cores that code twice as slowly carry fewer", 16, 64_000, [x264(6)], 12],
    ["as many cores with little memory", 16, 4_000, [x264(3)], 5],
    ["a hardware encoder is the limit where there are cores enough", 64, 256_000, [opened("nvenc", "H264", true, 1.2)], 11],
    ["and leaves the cores to titles", 8, 64_000, [opened("nvenc", "H264", true, 0.4)], 11],
  ])("%s: %#", (_, cores, memoryMb, encoders, expected) => {
    expect(slots(cores, memoryMb, encoders)).toBe(expected);
  });

  test("is no more than NVIDIA's driver lets a consumer card code at once", () => {
    const of = (model: string | undefined, encoder: EncoderReport) =>
      measureCapacity({ cpuCores: 64, memoryMb: 256_000, ...(model !== undefined && { gpu: { model } }) }, [encoder])?.slotsByEncoder;
    const nvenc = opened("nvenc-h264", "H264", true, 1.2);
    expect(of("NVIDIA GeForce RTX 4070", nvenc)).toBe(8);
    expect(of("NVIDIA RTX A4000", nvenc)).toBe(11);
    expect(of("NVIDIA GeForce RTX 4070", opened("vaapi-h264", "H264", true, 1.2))).toBe(11);
    expect(of(undefined, nvenc)).toBe(11);
  });

  test.each([
    ["as many as its driver opened, of an old driver", "NVIDIA GeForce GTX 1660", 3, undefined, 3],
    ["or of one that allows more", "NVIDIA GeForce RTX 5080", 10, undefined, 10],
    ["no more than are quick enough, though the driver opened more", "NVIDIA GeForce RTX 5080", 12, undefined, 11],
    ["no more than the card's memory holds", "NVIDIA T400", undefined, 2_048, 5],
    ["one on a card that has next to none", "NVIDIA T400", undefined, 256, 1],
    ["as many as are quick enough where the card has memory for all", "NVIDIA L4", undefined, 24_000, 11],
  ])("in hardware is %s (%s)", (_, model, sessionsMax, memoryMb, expected) => {
    const gpu = { model, ...(memoryMb !== undefined && { memoryMb }) };
    const encoder = { ...opened("nvenc-h264", "H264", true, 1.2), ...(sessionsMax !== undefined && { sessionsMax }) };
    expect(measureCapacity({ cpuCores: 64, memoryMb: 256_000, gpu }, [encoder])?.slotsByEncoder).toBe(expected);
  });

  test("on the processor has nothing to do with a card", () => {
    const on = (gpu: { model: string; memoryMb: number } | undefined) => measureCapacity({ cpuCores: 16, memoryMb: 64_000, ...(gpu && { gpu }) }, [x264(3)]);
    expect(on({ model: "NVIDIA GeForce GT 710", memoryMb: 256 })).toEqual(on(undefined));
  });

  test("is nothing without an encoder", () => {
    expect(slots(8, 16_000, [])).toBeUndefined();
    expect(slots(8, 16_000, [{ name: "x264", codec: "H264", hardware: false, opened: false, reason: "no" }])).toBeUndefined();
  });

  test("is measured with what most sessions will use", () => {
    const encoders = [opened("vp8", "VP8", false, 1), x264(4), opened("nvenc", "H264", true, 2)];
    expect(measureCapacity({ cpuCores: 4, memoryMb: 8_000 }, encoders)).toMatchObject({ encoder: "nvenc", frameMs: 2 });
  });

  test("more cores, more memory or a quicker encoder never carry less", () => {
    let last = 0;
    for (let cores = 1; cores <= 128; cores++) {
      const now = slots(cores, 1_000_000, [x264(3)]) ?? 0;
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    last = 0;
    for (let frameMs = 20; frameMs > 0; frameMs -= 0.5) {
      const now = slots(32, 1_000_000, [x264(frameMs)]) ?? 0;
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });
});
