import { describe, expect, it } from "vitest";
import { percentiles } from "../rows.ts";
import { BARCODE_NUMBERS, barcodePlaces, drawBarcode, readBarcode } from "./barcode.ts";
import { RECORD_HEAD_BYTES, parseCapture } from "./capture-file.ts";
import { parsePainted } from "./measure.ts";
import { createScene } from "./scene.ts";

const SIZE = { width: 640, height: 360 };

describe("the barcode", () => {
  const pixels = new Uint32Array(SIZE.width * SIZE.height);
  const lumaAt = (x: number, y: number) => (pixels[y * SIZE.width + x] ?? 0) & 0xff;

  it("is read as it was drawn, at both places, over any picture", () => {
    createScene(SIZE).draw(pixels, 100);
    for (const number of [0, 1, 0x5555, 0xaaaa, BARCODE_NUMBERS - 1]) {
      for (const place of barcodePlaces(SIZE)) {
        drawBarcode(pixels, SIZE.width, place, number);
        expect(readBarcode(lumaAt, place)).toBe(number);
      }
    }
  });

  it("is not read where there is none", () => {
    pixels.fill(0x80_80_80);
    expect(readBarcode(lumaAt, barcodePlaces(SIZE)[0])).toBeUndefined();
  });
});

it("draws the same frame for the same number, and another for the next", () => {
  const [first, again, next] = [0, 1, 2].map(() => new Uint32Array(SIZE.width * SIZE.height));
  if (!first || !again || !next) throw new Error("three pictures");
  createScene(SIZE).draw(first, 7);
  const scene = createScene(SIZE);
  scene.draw(next, 8);
  scene.draw(again, 7);
  expect(again).toEqual(first);
  expect(next).not.toEqual(first);
});

it("reads back what the receiver writes, and leaves out a record that was cut off", () => {
  const record = (wallMs: number, text: string) => {
    const head = Buffer.alloc(RECORD_HEAD_BYTES);
    head.writeDoubleLE(wallMs, 0);
    head.writeUInt32LE(text.length, 8);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const file = Buffer.concat([record(1.5, "one"), record(2.5, "three"), record(3.5, "five").subarray(0, 5)]);
  expect(parseCapture(file).map(({ wallMs, datagram }) => [wallMs, datagram.toString()])).toEqual([[1.5, "one"], [2.5, "three"]]);
});

it("reads the painter's log", () => {
  expect(parsePainted("1 1000.25\n2 1016.5\n")).toEqual([{ number: 1, wallMs: 1000.25 }, { number: 2, wallMs: 1016.5 }]);
});

it("gives percentiles by rank, and none of nothing", () => {
  expect(percentiles(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ p50: 51, p95: 96, p99: 100 });
  expect(percentiles([])).toEqual({});
});
