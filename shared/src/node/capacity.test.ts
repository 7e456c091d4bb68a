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
