// The pictures of a capacity benchmark: made from a seed that is new each time, as busy as a
// game's, the same on every machine to the last bit, and any row of any of them can be drawn
// alone. So who asked can draw some of them again, in less time than it took to answer. Pure.

import type { TitleSize } from "../title/manifest.ts";

/** Each picture is the one before it, moved up by this much: a window on one tall picture. */
export const ROWS_PER_FRAME = 3;
const BLOCK_BITS = 4;
/** Of so many rows one is digested: a digest of all would cost more than the encoder. */
const DIGESTED_ROW_OF = 24;

export type BenchmarkScene = {
  /** Rows of BGRX of the tall picture, `from` up to `to`, into `into`. */
  drawRows(from: number, to: number, into: Uint32Array): void;
};

export function createBenchmarkScene(seed: string, width: number): BenchmarkScene {
  const words = Array.from({ length: 8 }, (_, index) => Number.parseInt(seed.slice(index * 8, index * 8 + 8), 16) | 0);
  const word = (index: number) => words[index] ?? 0;
  return {
    drawRows(from, to, into) {
      let at = 0;
      for (let y = from; y < to; y += 1) {
        // Each row starts its grain anew, so that it needs no row above it.
        let grain = scramble(word(y & 7) ^ Math.imul(y + 1, 0x9e37_79b1));
        const bandSeed = scramble(word(4) ^ Math.imul((y >> BLOCK_BITS) + 1, 0x85eb_ca6b));
        for (let column = 0; column < width; column += 1 << BLOCK_BITS) {
          // Blocks of one colour, as walls and tiles are, shaded, and every fourth one rough.
          const block = scramble(bandSeed ^ Math.imul(column + 1, 0xc2b2_ae35));
          const colour = block & 0x7f_7f_7f;
          const rough = (block >>> 28) % 4 === 0;
          const end = Math.min(width, column + (1 << BLOCK_BITS));
          for (let x = column; x < end; x += 1) {
            let shade = (x + y) & 0x1f;
            if (rough) {
              grain = (Math.imul(grain, 1_664_525) + 1_013_904_223) | 0;
              shade += grain >>> 28;
            }
            into[at++] = colour + Math.imul(shade, 0x01_01_01);
          }
        }
      }
    },
  };
}

/** Which rows of the tall picture stand for picture `index`; each picture has others of its own. */
export function digestedRows(index: number, { height }: TitleSize): number[] {
  const top = index * ROWS_PER_FRAME;
  const first = (index * 7) % DIGESTED_ROW_OF;
  return Array.from({ length: Math.ceil((height - first) / DIGESTED_ROW_OF) }, (_, row) => top + first + row * DIGESTED_ROW_OF);
}

/** An integer hash (the finish of MurmurHash3): one bit of what goes in changes half of what comes out. */
function scramble(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
