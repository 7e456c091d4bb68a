// A number drawn into a picture so that it survives coding: 16 cells of 16x16
// pixels, black or white. Drawn twice, at the first and at the last row: where the
// two differ, the picture is torn.

const BITS = 16;
const CELL = 16;
const LUMA_MIDDLE = 126;
/** Between these a cell is neither black nor white. */
const LUMA_UNSURE = { from: 80, to: 175 };

export const BARCODE_SIZE = { width: BITS * CELL, height: CELL };
export const BARCODE_NUMBERS = 2 ** BITS;

export type Place = { x: number; y: number };

export function barcodePlaces(size: { width: number; height: number }): [Place, Place] {
  // On the macroblock grid, so that a cell is coded by itself.
  const y = Math.floor((size.height - CELL) / CELL) * CELL;
  return [{ x: 0, y: 0 }, { x: size.width - BARCODE_SIZE.width, y }];
}

/** Into rows of 32-bit pixels. */
export function drawBarcode(pixels: Uint32Array, pixelsPerRow: number, { x, y }: Place, number: number): void {
  for (let bit = 0; bit < BITS; bit++) {
    const colour = (number >> bit) & 1 ? 0xff_ff_ff : 0;
    for (let row = y; row < y + CELL; row++) {
      const from = row * pixelsPerRow + x + bit * CELL;
      pixels.fill(colour, from, from + CELL);
    }
  }
}

/** Undefined when the picture shows no barcode there. */
export function readBarcode(lumaAt: (x: number, y: number) => number, { x, y }: Place): number | undefined {
  let number = 0;
  for (let bit = 0; bit < BITS; bit++) {
    let sum = 0;
    for (const dy of [5, 7, 9]) for (const dx of [5, 7, 9]) sum += lumaAt(x + bit * CELL + dx, y + dy);
    const luma = sum / 9;
    if (luma > LUMA_UNSURE.from && luma < LUMA_UNSURE.to) return undefined;
    if (luma > LUMA_MIDDLE) number |= 1 << bit;
  }
  return number;
}
