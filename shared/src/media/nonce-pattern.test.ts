import { describe, expect, test } from "vitest";
import { drawNonce, noncePlace, readNonce } from "./nonce-pattern.ts";

type Size = { width: number; height: number };

function grey({ width, height }: Size) {
  const plane = (w: number, h: number) => ({ data: new Uint8Array(w * h).fill(90), bytesPerRow: w });
  return { y: plane(width, height), u: plane(width / 2, height / 2), v: plane(width / 2, height / 2) };
}

/** The nearest pixel, as the cheapest scaler takes it. */
function scale(luma: Uint8Array, from: Size, to: Size): Uint8Array {
  return Uint8Array.from({ length: to.width * to.height }, (_, at) => {
    const x = Math.floor(((at % to.width) * from.width) / to.width);
    const y = Math.floor((Math.floor(at / to.width) * from.height) / to.height);
    return luma[y * from.width + x] ?? 0;
  });
}

describe.each<Size>([
  { width: 1280, height: 720 }, { width: 1920, height: 1080 }, { width: 640, height: 360 }, { width: 412, height: 914 }, { width: 320, height: 180 },
])("a number in a picture of $width x $height", (size) => {
  test("is read as it was drawn, in the picture's own size and in half of it", () => {
    for (const nonce of [0, 1, 0x5a5a, 0xbeef, 0xffff]) {
      const picture = grey(size);
      drawNonce(picture, size, nonce);
      expect(readNonce({ ...picture.y, ...size }, size)).toBe(nonce);
      const half = { width: size.width / 2, height: size.height / 2 };
      expect(readNonce({ data: scale(picture.y.data, size, half), bytesPerRow: half.width, ...half }, size)).toBe(nonce);
    }
  });

  test("lies in the corner, and nothing is drawn outside its place", () => {
    const picture = grey(size);
    drawNonce(picture, size, 0x1234);
    const { x, y, width, height } = noncePlace(size);
    expect(x + width).toBeLessThanOrEqual(size.width);
    expect((width * height) / (size.width * size.height)).toBeLessThan(0.03);
    for (const [at, value] of picture.y.data.entries()) {
      const inside = at % size.width >= x && at % size.width < x + width && Math.floor(at / size.width) >= y && Math.floor(at / size.width) < y + height;
      if (!inside && value !== 90) throw new Error(`pixel ${at} was changed`);
    }
  });
});

test("a picture without one shows none, and a broken one is not taken for another", () => {
  const size = { width: 1280, height: 720 };
  const picture = grey(size);
  expect(readNonce({ ...picture.y, ...size }, size)).toBeUndefined();
  drawNonce(picture, size, 0x1234);
  const { x, cell } = noncePlace(size);
  // The second bit is turned over.
  for (let row = 0; row < cell; row += 1) {
    for (let column = 2 * cell; column < 3 * cell; column += 1) {
      const at = row * size.width + x + column;
      picture.y.data[at] = 255 - (picture.y.data[at] ?? 0);
    }
  }
  expect(readNonce({ ...picture.y, ...size }, size)).toBeUndefined();
});
