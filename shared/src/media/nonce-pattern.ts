// A number shown in the picture for some frames, because somebody asked for it just now
// (`challenge` in protocol/session-control.ts). Where it lies, and how to draw and read it.
//
//   top right corner, 13 by 2 cells:   W b15 b14 ...             b4      W, B: how bright white and
//                                      b3 ... b0 c7 ...      c0   B      black have come through
//
// 16 bits of nonce, then 8 of check. A cell is a 45th of the picture's shorter side, 16 pixels
// of 720: what a codec at its lowest rates still keeps, and half of it too, when the picture is scaled.

import type { TitleSize } from "../title/manifest.ts";

const COLUMNS = 13;
const ROWS = 2;
const BITS = 24;
const CELLS_PER_SIDE = 45;
const CELL_PIXELS_MIN = 8;
/** Of the limited range, 16 to 235: bright enough to be read, not so bright that it dazzles. */
const WHITE = 208;
const BLACK = 40;
const NEUTRAL = 128;
/** Less between the two reference cells than this is not a pattern. */
const CONTRAST_MIN = 48;
/** Another start than the test card's codes have, so that neither is taken for the other. */
const CHECK_SEED = 0x96;

export type NoncePlace = { x: number; y: number; cell: number; width: number; height: number };

/** In pixels of a picture of this size; all even, so that chroma has the same edges. */
export function noncePlace({ width, height }: TitleSize): NoncePlace {
  const side = Math.min(width, height);
  const cell = Math.max(CELL_PIXELS_MIN, 2 * Math.round(side / CELLS_PER_SIDE / 2));
  const x = Math.max(0, Math.floor((width - COLUMNS * cell) / cell) * cell);
  return { x, y: 0, cell, width: COLUMNS * cell, height: ROWS * cell };
}

/** A plane of a picture in memory, one byte a sample. */
export type Plane = { data: Uint8Array; bytesPerRow: number };

/** Into planar 4:2:0, in place. */
export function drawNonce(planes: { y: Plane; u: Plane; v: Plane }, size: TitleSize, nonce: number): void {
  const { x, y, cell, width, height } = noncePlace(size);
  for (const [index, on] of cells(nonce).entries()) {
    const left = x + (index % COLUMNS) * cell;
    const top = y + Math.floor(index / COLUMNS) * cell;
    fill(planes.y, left, top, cell, cell, on ? WHITE : BLACK);
  }
  for (const plane of [planes.u, planes.v]) fill(plane, x / 2, y / 2, width / 2, height / 2, NEUTRAL);
}

/** The nonce that a decoded picture shows, however it was scaled; undefined where it shows none. `size` is the title's. */
export function readNonce(luma: Plane & TitleSize, size: TitleSize): number | undefined {
  const { x, y, cell } = noncePlace(size);
  const brightness = (index: number) =>
    meanAt(luma, size, x + ((index % COLUMNS) + 0.5) * cell, y + (Math.floor(index / COLUMNS) + 0.5) * cell, cell / 4);
  const [white, black] = [brightness(0), brightness(COLUMNS * ROWS - 1)];
  if (white - black < CONTRAST_MIN) return undefined;
  let word = 0;
  for (let bit = 0; bit < BITS; bit += 1) word = (word << 1) | (brightness(bit + 1) >= (white + black) / 2 ? 1 : 0);
  const nonce = word >>> 8;
  return (word & 0xff) === check(nonce) ? nonce : undefined;
}

function cells(nonce: number): boolean[] {
  const word = ((nonce & 0xffff) << 8) | check(nonce);
  return [true, ...Array.from({ length: BITS }, (_, bit) => ((word >> (BITS - 1 - bit)) & 1) === 1), false];
}

function fill({ data, bytesPerRow }: Plane, x: number, y: number, width: number, height: number, value: number): void {
  for (let row = y; row < y + height; row += 1) data.fill(value, row * bytesPerRow + x, row * bytesPerRow + x + width);
}

/** Of nine points, `reach` apart, around a point of the title's own picture. */
function meanAt({ data, bytesPerRow, width, height }: Plane & TitleSize, size: TitleSize, x: number, y: number, reach: number): number {
  let sum = 0;
  for (const dy of [-reach, 0, reach]) {
    for (const dx of [-reach, 0, reach]) {
      const column = Math.min(width - 1, Math.floor(((x + dx) * width) / size.width));
      const row = Math.min(height - 1, Math.floor(((y + dy) * height) / size.height));
      sum += data[row * bytesPerRow + column] ?? 0;
    }
  }
  return sum / 9;
}

/** CRC-8 (polynomial x^8 + x^2 + x + 1) of the two bytes. */
function check(nonce: number): number {
  let crc = CHECK_SEED;
  for (const byte of [(nonce >> 8) & 0xff, nonce & 0xff]) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
  }
  return crc;
}
