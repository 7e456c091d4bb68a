import { describe, expect, it } from "vitest";
import { parseXwd } from "./adapters/xwd.ts";
import { showsPicture } from "./first-picture.ts";

const size = { width: 320, height: 240 };

function screen(colour: number) {
  const data = Buffer.alloc(size.width * size.height * 4);
  for (let at = 0; at < data.length; at += 4) data.writeUInt32LE(colour, at);
  const fill = (x: number, y: number, width: number, height: number, other: number) => {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) data.writeUInt32LE(other, (row * size.width + column) * 4);
    }
  };
  return { pixels: { data, strideBytes: size.width * 4 }, fill };
}

describe("the first picture", () => {
  it.each([["black", 0], ["white", 0xffffff]])("is not a screen that is all %s", (_what, colour) => {
    expect(showsPicture(screen(colour).pixels, size)).toBe(false);
  });

  it("is not a mouse cursor", () => {
    const { pixels, fill } = screen(0);
    fill(150, 100, 24, 24, 0xffffff);
    expect(showsPicture(pixels, size)).toBe(false);
  });

  it("is a line of text", () => {
    const { pixels, fill } = screen(0);
    fill(20, 96, 200, 10, 0xc0c0c0);
    expect(showsPicture(pixels, size)).toBe(true);
  });

  it("does not see the unused byte of a pixel", () => {
    const { pixels, fill } = screen(0);
    fill(0, 0, 160, 240, 0xff00_0000);
    expect(showsPicture(pixels, size)).toBe(false);
  });
});

describe("an X window dump's header", () => {
  const header = (changes: Record<number, number> = {}) => {
    const words = [160, 7, 2, 24, 1280, 720, 0, 0, 32, 0, 32, 32, 5120, 4, 0, 0, 0, 8, 256, 256, 1280, 720, 0, 0, 0];
    const bytes = Buffer.alloc(100);
    words.forEach((word, index) => bytes.writeUInt32BE(changes[index] ?? word, index * 4));
    return bytes;
  };

  it("says where the pixels lie", () => {
    expect(parseXwd(header())).toEqual({ pixelsAt: 160 + 256 * 12, strideBytes: 5120, size: { width: 1280, height: 720 } });
  });

  it.each([
    ["another version", { 1: 6 }, /not an X window dump/],
    ["planes instead of pixels", { 2: 1 }, /not an X window dump/],
    ["16 bits a pixel", { 11: 16 }, /16 bits a pixel/],
    ["the high byte first", { 7: 1 }, /low byte first/],
  ])("is refused with %s", (_what, changes, message) => {
    expect(() => parseXwd(header(changes))).toThrow(message);
  });
});
