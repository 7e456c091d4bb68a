// Letters of 5 by 7 dots, as rectangles: the test card needs no font on the machine.

export const GLYPH_COLUMNS = 5;
export const GLYPH_ROWS = 7;
/** From one letter to the next, in dots. */
export const GLYPH_ADVANCE = GLYPH_COLUMNS + 1;

/** Rows from the top, each five bits. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  " ": [0, 0, 0, 0, 0, 0, 0],
  "0": [14, 17, 19, 21, 25, 17, 14], "1": [4, 12, 4, 4, 4, 4, 14], "2": [14, 17, 1, 2, 4, 8, 31],
  "3": [31, 2, 4, 2, 1, 17, 14], "4": [2, 6, 10, 18, 31, 2, 2], "5": [31, 16, 30, 1, 1, 17, 14],
  "6": [6, 8, 16, 30, 17, 17, 14], "7": [31, 1, 2, 4, 8, 8, 8], "8": [14, 17, 17, 14, 17, 17, 14],
  "9": [14, 17, 17, 15, 1, 2, 12],
  A: [14, 17, 17, 31, 17, 17, 17], B: [30, 17, 17, 30, 17, 17, 30], C: [14, 17, 16, 16, 16, 17, 14],
  D: [28, 18, 17, 17, 17, 18, 28], E: [31, 16, 16, 30, 16, 16, 31], F: [31, 16, 16, 30, 16, 16, 16],
  G: [14, 17, 16, 23, 17, 17, 15], H: [17, 17, 17, 31, 17, 17, 17], I: [14, 4, 4, 4, 4, 4, 14],
  J: [7, 2, 2, 2, 2, 18, 12], K: [17, 18, 20, 24, 20, 18, 17], L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17], N: [17, 17, 25, 21, 19, 17, 17], O: [14, 17, 17, 17, 17, 17, 14],
  P: [30, 17, 17, 30, 16, 16, 16], Q: [14, 17, 17, 17, 21, 18, 13], R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30], T: [31, 4, 4, 4, 4, 4, 4], U: [17, 17, 17, 17, 17, 17, 14],
  V: [17, 17, 17, 17, 17, 10, 4], W: [17, 17, 17, 21, 21, 21, 10], X: [17, 17, 10, 4, 10, 17, 17],
  Y: [17, 17, 17, 10, 4, 4, 4], Z: [31, 1, 2, 4, 8, 16, 31],
  ":": [0, 12, 12, 0, 12, 12, 0], ".": [0, 0, 0, 0, 0, 12, 12], ",": [0, 0, 0, 0, 12, 4, 8], "-": [0, 0, 0, 31, 0, 0, 0],
};

/** x, y, width, height of each run of dots, flat: what X calls PolyFillRectangle with. */
export function textRectangles(text: string, x: number, y: number, dotPixels: number): number[] {
  const rectangles: number[] = [];
  for (const [index, letter] of [...text.toUpperCase()].entries()) {
    const left = x + index * GLYPH_ADVANCE * dotPixels;
    for (const [row, bits] of (GLYPHS[letter] ?? []).entries()) {
      for (const [start, length] of runs(bits)) {
        rectangles.push(left + start * dotPixels, y + row * dotPixels, length * dotPixels, dotPixels);
      }
    }
  }
  return rectangles;
}

export const textWidth = (text: string, dotPixels: number): number => (text.length * GLYPH_ADVANCE - 1) * dotPixels;

/** Start and length of each run of set bits, from the left. */
function runs(bits: number): [number, number][] {
  const found: [number, number][] = [];
  for (let column = 0; column < GLYPH_COLUMNS; column += 1) {
    if (((bits >> (GLYPH_COLUMNS - 1 - column)) & 1) === 0) continue;
    const last = found.at(-1);
    if (last && last[0] + last[1] === column) last[1] += 1;
    else found.push([column, 1]);
  }
  return found;
}
