import { describe, expect, test } from "vitest";
import { detailOf, differs, isBlank, samplePicture, type Luma } from "./picture.ts";

const SIZE = { width: 320, height: 192 };

function picture(luma: (x: number, y: number) => number, { width, height } = SIZE, padding = 0): Luma {
  const bytesPerRow = width + padding;
  const data = new Uint8Array(bytesPerRow * height).fill(255);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data[y * bytesPerRow + x] = luma(x, y);
  return { data, width, height, bytesPerRow };
}
const scene = (x: number, y: number) => 60 + ((x * 7 + y * 13) % 90);
const noise = (x: number, y: number) => (((x * 7919) ^ (y * 104_729)) % 3) - 1;

describe("a picture is new", () => {
  const before = samplePicture(picture(scene));
  test.each([
    ["when all of it moved by a pixel", picture((x, y) => scene(x + 1, y)), true],
    ["when one small thing moved", picture((x, y) => (x >= 96 && x < 112 && y >= 96 && y < 112 ? 250 : scene(x, y))), true],
    ["when its size changed", picture(scene, { width: 160, height: 96 }), true],
  ])("%s", (_, next, isNew) => expect(differs(before, samplePicture(next))).toBe(isNew));

  test.each([
    ["when it is the same", picture(scene)],
    ["when it was only coded again", picture((x, y) => scene(x, y) + noise(x, y))],
    ["because of how its rows lie in memory", picture(scene, SIZE, 32)],
  ])("not %s", (_, next) => expect(differs(before, samplePicture(next))).toBe(false));
});

test("a screen is blank before its title draws, whatever coding and the pointer make of it", () => {
  expect(isBlank(picture((x, y) => 16 + noise(x, y)))).toBe(true);
  expect(isBlank(picture((x, y) => (x < 24 && y < 24 && x > 2 && y > 2 ? 235 : 16), SIZE, 32))).toBe(true);
  expect(isBlank(picture((x, y) => (x > 100 && x < 160 && y > 100 && y < 140 ? 90 : 16)))).toBe(false);
  expect(isBlank(picture(scene))).toBe(false);
});

test("detail falls when a picture is enlarged from a smaller one", () => {
  const sharp = picture((x, y) => 60 + (((x >> 1) ^ (y >> 1)) & 1) * 120);
  const enlarged = picture((x, y) => 120 + 60 * Math.sin(x / 6) * Math.sin(y / 6));
  expect(detailOf(enlarged)).toBeLessThan(detailOf(sharp) * 0.1);
});
