import { describe, expect, test } from "vitest";
import {
  CODE_BLOCK_PIXELS, CODE_COLUMNS, codeBlocks, codeDistance, readCode, readTestCard, testCardLayout,
  TEST_CARD_SIZE_MIN, CODE_WIDTH, CODE_HEIGHT, type Picture, type PlacedCode,
} from "./test-card-layout.ts";

const SIZE = { width: 1280, height: 720 };

function paint(size: { width: number; height: number }, codes: readonly (PlacedCode & { value: number })[], ground = 90): Picture {
  const data = new Uint8Array(size.width * size.height).fill(ground);
  for (const code of codes) {
    for (const [index, white] of codeBlocks(code.kind, code.value).entries()) {
      const left = code.x + (index % CODE_COLUMNS) * CODE_BLOCK_PIXELS;
      const top = code.y + Math.floor(index / CODE_COLUMNS) * CODE_BLOCK_PIXELS;
      for (let y = top; y < top + CODE_BLOCK_PIXELS; y += 1) {
        data.fill(white ? 235 : 16, y * size.width + left, y * size.width + left + CODE_BLOCK_PIXELS);
      }
    }
  }
  return { data, ...size, bytesPerPixel: 1 };
}

describe("codes", () => {
  const { frame, flips } = testCardLayout(SIZE);

  test.each([0, 1, 255, 256, 0x5555, 0xaaaa, 0xffff])("%i is read as it was written", (value) => {
    expect(readCode(paint(SIZE, [{ ...frame, value }]), SIZE, frame)).toBe(value);
  });

  test("a code of one kind is not taken for another", () => {
    for (let value = 0; value < 0x1_0000; value += 257) {
      const picture = paint(SIZE, [{ ...frame, kind: "flips", value }]);
      expect(readCode(picture, SIZE, frame)).toBeUndefined();
    }
  });

  test.each([0, 255])("an even screen of brightness %i shows no code", (ground) => {
    const picture = paint(SIZE, [], ground);
    expect(readCode(picture, SIZE, frame)).toBeUndefined();
    expect(readCode(picture, SIZE, flips)).toBeUndefined();
  });

  test("one wrong block is noticed", () => {
    const picture = paint(SIZE, [{ ...frame, value: 4711 }]);
    const data = Uint8Array.from({ length: picture.data.length }, (_, index) => picture.data[index] ?? 0);
    for (let y = 0; y < CODE_BLOCK_PIXELS; y += 1) {
      for (let x = 0; x < CODE_BLOCK_PIXELS; x += 1) data[y * SIZE.width + x] = 255 - (data[y * SIZE.width + x] ?? 0);
    }
    expect(readCode({ ...picture, data }, SIZE, frame)).toBeUndefined();
  });

  test("four bytes a pixel with padded rows read the same", () => {
    const luma = paint(SIZE, [{ ...frame, value: 1234 }]);
    const bytesPerRow = SIZE.width * 4 + 64;
    const data = new Uint8Array(bytesPerRow * SIZE.height);
    for (let y = 0; y < SIZE.height; y += 1) {
      for (let x = 0; x < SIZE.width; x += 1) data.fill(luma.data[y * SIZE.width + x] ?? 0, y * bytesPerRow + x * 4, y * bytesPerRow + x * 4 + 3);
    }
    expect(readCode({ data, ...SIZE, bytesPerPixel: 4, bytesPerRow }, SIZE, frame)).toBe(1234);
  });

  test("a picture at half the size reads the same", () => {
    const whole = paint(SIZE, [{ ...frame, value: 54_321 }]);
    const half = { width: SIZE.width / 2, height: SIZE.height / 2 };
    const data = Uint8Array.from({ length: half.width * half.height }, (_, index) => {
      const x = (index % half.width) * 2;
      const y = Math.floor(index / half.width) * 2;
      return whole.data[y * SIZE.width + x] ?? 0;
    });
    expect(readCode({ data, ...half, bytesPerPixel: 1 }, SIZE, frame)).toBe(54_321);
  });
});

test("two frame numbers that differ make a torn picture", () => {
  const { frame, frameAgain } = testCardLayout(SIZE);
  const whole = paint(SIZE, [{ ...frame, value: 7 }, { ...frameAgain, value: 7 }]);
  const torn = paint(SIZE, [{ ...frame, value: 8 }, { ...frameAgain, value: 7 }]);
  expect(readTestCard(whole, SIZE)).toMatchObject({ frame: 7, torn: false });
  expect(readTestCard(torn, SIZE)).toMatchObject({ frame: 8, torn: true });
});

test("on the smallest card nothing covers anything else", () => {
  const { frame, frameAgain, flips, clock, patch } = testCardLayout(TEST_CARD_SIZE_MIN);
  const parts = [...[frame, frameAgain, flips, clock].map(({ x, y }) => ({ x, y, width: CODE_WIDTH, height: CODE_HEIGHT })), patch];
  for (const [index, a] of parts.entries()) {
    expect(a.x + a.width).toBeLessThanOrEqual(TEST_CARD_SIZE_MIN.width);
    expect(a.y + a.height).toBeLessThanOrEqual(TEST_CARD_SIZE_MIN.height);
    for (const b of parts.slice(index + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(apart, `${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBe(true);
    }
  }
});

test.each([[0, 1, 1], [65_535, 0, 1], [65_530, 4, 10], [9, 9, 0]])("from %i to %i it is %i", (earlier, later, distance) => {
  expect(codeDistance(earlier, later)).toBe(distance);
});
