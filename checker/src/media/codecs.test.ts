import { describe, expect, test } from "vitest";
import * as av1 from "./av1.ts";
import * as vp8 from "./vp8.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const hexOf = (unit: Buffer | undefined) => unit?.toString("hex");

describe("VP8", () => {
  test("is put together from its pieces, whatever else their descriptors tell", () => {
    expect(hexOf(vp8.depacketise([bytes("10 00 01"), bytes("00 02")]))).toBe("000102");
    // Extended: a picture id of two bytes, then of one, with layers and a key index.
    expect(hexOf(vp8.depacketise([bytes("90 80 8123 0001")]))).toBe("0001");
    expect(hexOf(vp8.depacketise([bytes("90 f0 05 11 22 0001")]))).toBe("0001");
  });

  test.each([["nothing in it", ["10"]], ["no beginning", ["00 01"]], ["two beginnings", ["10 01", "10 02"]], ["a descriptor that is cut off", ["90 80"]]])("with %s is none", (_, payloads) => {
    expect(vp8.depacketise(payloads.map(bytes))).toBeUndefined();
  });

  test("tells a keyframe by its first bit", () => {
    expect([vp8.startsKeyframe([bytes("10 b0")]), vp8.startsKeyframe([bytes("10 b1")]), vp8.startsKeyframe([bytes("00 b0")]), vp8.startsKeyframe([])]).toEqual([true, false, false, false]);
  });
});

describe("AV1", () => {
  test("gets back its delimiter and sizes", () => {
    // Two elements: a sequence header with its size before it, and a frame that goes on in the next payload.
    expect(hexOf(av1.depacketise([bytes("68 03 08aabb 300102"), bytes("90 0304")]))).toBe("1200" + "0a02aabb" + "320401020304");
    // Each with its size; one with an extension.
    expect(hexOf(av1.depacketise([bytes("00 02 3001 03 344802")]))).toBe("1200" + "320101" + "36480102");
  });

  test.each([["nothing in it", ["10"]], ["no beginning", ["90 01"]], ["no end", ["50 3001"]], ["sizes beyond it", ["20 05 3001 3002"]], ["a size without end", ["00 ffffffff ff"]]])("with %s is none", (_, payloads) => {
    expect(av1.depacketise(payloads.map(bytes))).toBeUndefined();
  });

  test("tells a keyframe by the new sequence", () => {
    expect([av1.startsKeyframe([bytes("18 30")]), av1.startsKeyframe([bytes("10 30")]), av1.startsKeyframe([])]).toEqual([true, false, false]);
  });
});
