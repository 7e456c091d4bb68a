// Where the test card keeps what machines read, and how to read it from a
// picture: raw, decoded from a stream, scaled, as luma or as RGB.
//
//   +--------+ +--------+
//   | frame  | | flips  |            frame  number of the drawn picture
//   +--------+ +--------+            flips  how often the patch has changed colour
//   +--------+      +-----------+    clock  wall clock as the picture was drawn, in ms
//   | scene  |      |   patch   |    scene  which hills are behind it all
//   +--------+      +-----------+    All wrap at 65,536. The frame number stands
//   +--------+        +--------+     in two corners: where they differ, the picture
//   | clock  |        | frame  |     was taken in the middle of being drawn.
//   +--------+        +--------+
//
// A code is a grid of black and white blocks, 8 by 3: 16 bits of value, highest
// first, then 8 of check. Blocks are the size of a macroblock and lie on its grid,
// so that no codec blurs one into its neighbour.

import type { TitleSize } from "./manifest.ts";

export const CODE_BLOCK_PIXELS = 16;
export const CODE_COLUMNS = 8;
export const CODE_ROWS = 3;
export const CODE_WIDTH = CODE_COLUMNS * CODE_BLOCK_PIXELS;
export const CODE_HEIGHT = CODE_ROWS * CODE_BLOCK_PIXELS;
/** Codes wrap here. */
export const CODE_MODULUS = 0x1_0000;

/** Below this the codes would lie on each other. */
export const TEST_CARD_SIZE_MIN: TitleSize = { width: 320, height: 180 };

/** Each kind's check starts elsewhere, so that one is never taken for another. */
const CHECK_SEEDS = { frame: 0x5a, flips: 0xc3, clock: 0x2d, scene: 0x71 } as const;
export type CodeKind = keyof typeof CHECK_SEEDS;

export type Rectangle = { x: number; y: number; width: number; height: number };
export type PlacedCode = { kind: CodeKind; x: number; y: number };

export type TestCardLayout = {
  frame: PlacedCode;
  /** The same number again, in the last rows that are drawn. */
  frameAgain: PlacedCode;
  flips: PlacedCode;
  clock: PlacedCode;
  scene: PlacedCode;
  patch: Rectangle;
};

export function testCardLayout({ width, height }: TitleSize): TestCardLayout {
  const bottom = onGrid(height - CODE_HEIGHT);
  const patchX = onGrid(width * 0.55);
  const patchY = onGrid(height * 0.3);
  return {
    frame: { kind: "frame", x: 0, y: 0 },
    frameAgain: { kind: "frame", x: onGrid(width - CODE_WIDTH), y: bottom },
    flips: { kind: "flips", x: CODE_WIDTH + CODE_BLOCK_PIXELS, y: 0 },
    clock: { kind: "clock", x: 0, y: bottom },
    scene: { kind: "scene", x: 0, y: CODE_HEIGHT + CODE_BLOCK_PIXELS },
    patch: { x: patchX, y: patchY, width: onGrid(width * 0.95) - patchX, height: onGrid(height * 0.7) - patchY },
  };
}

/** The blocks of a code, row by row, true for white. */
export function codeBlocks(kind: CodeKind, value: number): boolean[] {
  const word = ((value & 0xffff) << 8) | check(kind, value);
  return Array.from({ length: CODE_COLUMNS * CODE_ROWS }, (_, index) => ((word >> (23 - index)) & 1) === 1);
}

/** Pixels in memory. With one byte a pixel it is luma; with four, RGBA or BGRA. */
export type Picture = {
  data: { readonly [index: number]: number; readonly length: number };
  width: number;
  height: number;
  bytesPerPixel: 1 | 4;
  /** Where rows are padded; `width * bytesPerPixel` if left out. */
  bytesPerRow?: number;
};

/**
 * The value of a code, or undefined where the picture shows none. `size` is the
 * title's; the picture may be scaled.
 */
export function readCode(picture: Picture, size: TitleSize, code: PlacedCode): number | undefined {
  let word = 0;
  for (let row = 0; row < CODE_ROWS; row += 1) {
    for (let column = 0; column < CODE_COLUMNS; column += 1) {
      const x = code.x + (column + 0.5) * CODE_BLOCK_PIXELS;
      const y = code.y + (row + 0.5) * CODE_BLOCK_PIXELS;
      word = (word << 1) | (brightnessAt(picture, size, x, y, CODE_BLOCK_PIXELS / 4) >= 128 ? 1 : 0);
    }
  }
  const value = word >>> 8;
  return (word & 0xff) === check(code.kind, value) ? value : undefined;
}

/** What one picture of the test card says; undefined where it can't be read. */
export type TestCardReading = {
  frame: number | undefined;
  /** The two frame numbers differ. */
  torn: boolean;
  flips: number | undefined;
  clockMs: number | undefined;
  scene: number | undefined;
  /** The patch shows its bright colour. It does after an odd number of flips. */
  patchLit: boolean;
};

export function readTestCard(picture: Picture, size: TitleSize): TestCardReading {
  const layout = testCardLayout(size);
  const frame = readCode(picture, size, layout.frame);
  const frameAgain = readCode(picture, size, layout.frameAgain);
  const { patch } = layout;
  const patchBrightness = brightnessAt(
    picture, size, patch.x + patch.width / 2, patch.y + patch.height / 2, Math.min(patch.width, patch.height) / 4,
  );
  return {
    frame,
    torn: frame !== frameAgain,
    flips: readCode(picture, size, layout.flips),
    clockMs: readCode(picture, size, layout.clock),
    scene: readCode(picture, size, layout.scene),
    patchLit: patchBrightness >= 128,
  };
}

/** How far `later` is after `earlier`, of two numbers that wrap. */
export function codeDistance(earlier: number, later: number): number {
  return (later - earlier + CODE_MODULUS) % CODE_MODULUS;
}

/** Mean of nine points, `reach` apart, around a point of the title's screen: 0 to 255. */
function brightnessAt(picture: Picture, size: TitleSize, x: number, y: number, reach: number): number {
  const { data, width, height, bytesPerPixel, bytesPerRow = width * bytesPerPixel } = picture;
  let sum = 0;
  for (const dy of [-reach, 0, reach]) {
    for (const dx of [-reach, 0, reach]) {
      const column = clampIndex(((x + dx) * width) / size.width, width);
      const row = clampIndex(((y + dy) * height) / size.height, height);
      const at = row * bytesPerRow + column * bytesPerPixel;
      // Of four bytes the second is green in both orders, and most of the brightness.
      sum += data[bytesPerPixel === 1 ? at : at + 1] ?? 0;
    }
  }
  return sum / 9;
}

/** CRC-8 (polynomial x^8 + x^2 + x + 1) of the two bytes. */
function check(kind: CodeKind, value: number): number {
  let crc: number = CHECK_SEEDS[kind];
  for (const byte of [(value >> 8) & 0xff, value & 0xff]) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}

const onGrid = (pixels: number): number => Math.floor(pixels / CODE_BLOCK_PIXELS) * CODE_BLOCK_PIXELS;

const clampIndex = (position: number, count: number): number =>
  Math.min(count - 1, Math.max(0, Math.floor(position)));
