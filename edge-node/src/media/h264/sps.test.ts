import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openEncoders } from "../encode/encoders.ts";
import { NalType, nalType, splitNalUnits } from "../rtp/h264.ts";
import { BitReader, BitWriter } from "./bits.ts";
import { orderedSps, parseSps, readSps } from "./sps.ts";
import { bareSps } from "./testing/bare-sps.ts";

const HIGH = Buffer.from("67640028acb405a1e8", "hex");

async function spsOf(size: { width: number; height: number }): Promise<Buffer> {
  await using scope = new Scope();
  const encoder = openEncoders(["x264"], { size, fps: 30, bitrateKbps: 1_000, onNotice: () => undefined }, scope);
  encoder.load({ data: Buffer.alloc(size.width * size.height * 4), strideBytes: size.width * 4 });
  const { data } = encoder.encode(1, { keyframe: true });
  const sps = splitNalUnits(data).find((unit) => nalType(unit) === NalType.sps);
  if (!sps) throw new Error("a keyframe without parameter sets");
  return Buffer.from(sps);
}

test.each([{ width: 720, height: 1280 }, { width: 642, height: 362 }])("the size is read, with what is cut off: $width x $height", async (size) => {
  expect(readSps(await spsOf(size))).toMatchObject({ ...size, profileIdc: 66, ordered: true });
});

test("a set that says nothing of order says afterwards that there is none, and all else as before", async () => {
  const bare = bareSps(await spsOf({ width: 720, height: 1280 }));
  expect(readSps(bare)?.ordered).toBe(false);
  const ordered = orderedSps(bare);
  expect(readSps(ordered)).toEqual({ ...readSps(bare), ordered: true });
  expect(parseSps(ordered)?.refFrames).toBe(parseSps(bare)?.refFrames);
  expect(orderedSps(ordered)).toBe(ordered);
});

test("a set with timing, but no word of order, keeps its timing", async () => {
  const bare = bareSps(await spsOf({ width: 720, height: 1280 }));
  const parsed = parseSps(bare);
  const writer = new BitWriter();
  writer.copy(parsed?.payload ?? bare, parsed?.bitsToVui ?? 0);
  writer.bits(0b1_0000, 5); // A VUI with none of its first four parts.
  writer.bits(1, 1);
  writer.bits(1, 32);
  writer.bits(60, 32);
  writer.bits(1, 1);
  writer.bits(0b0000, 4); // Neither HRD, no picture structure, no restriction.
  const timed = Uint8Array.of(0x67, ...writer.finish());
  const ordered = parseSps(orderedSps(timed));
  expect(ordered?.ordered).toBe(true);
  const before = ordered?.bitsToRestriction ?? 0;
  const reader = new BitReader(ordered?.payload ?? timed);
  for (let i = 0; i < before - 69; i++) reader.bit();
  expect([reader.bit(), reader.bits(32), reader.bits(32)]).toEqual([1, 1, 60]);
});

test("what is no parameter set, or ends too early, is left as it is", () => {
  for (const unit of [Buffer.from("67", "hex"), Buffer.from("6742c01f", "hex"), HIGH.subarray(0, 5)]) {
    expect(readSps(unit)).toBeUndefined();
    expect(orderedSps(unit)).toBe(unit);
  }
});

test("numbers come back as they were written", () => {
  const writer = new BitWriter();
  for (const value of [0, 1, 2, 7, 8, 255, 65_535]) writer.unsigned(value);
  const reader = new BitReader(writer.finish());
  expect([0, 1, 2, 7, 8, 255, 65_535].map(() => reader.unsigned())).toEqual([0, 1, 2, 7, 8, 255, 65_535]);
});
