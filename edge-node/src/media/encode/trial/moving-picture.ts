// What encoders are tried with: a picture as busy as a game's, that scrolls. Always the
// same, so that figures of two machines, or two starts, can be compared.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Pixels } from "../../capture/ports.ts";

const BYTES_PER_PIXEL = 4;
const ROWS_PER_FRAME = 3;
const BLOCK = 16;

/** `frames` pictures; each is a window on one tall picture, so none is drawn as it is taken. */
export function drawMovingPicture({ width, height }: TitleSize, frames: number): (index: number) => Pixels {
  const rows = height + frames * ROWS_PER_FRAME;
  const pixels = new Uint32Array(width * rows);
  let state = 1;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      // Blocks of one colour, as walls and tiles are, shaded, and every third one rough.
      const block = Math.imul((x / BLOCK) | 0, 0x9e37_79b1) ^ Math.imul((y / BLOCK) | 0, 0x85eb_ca6b);
      const shade = (x + y) & 0x1f;
      let grain = 0;
      if (block % 3 === 0) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        grain = (state >>> 28) * 0x01_01_01;
      }
      pixels[y * width + x] = ((block & 0x7f_7f_7f) + shade * 0x01_01_01 + grain) & 0xff_ff_ff;
    }
  }
  const data = Buffer.from(pixels.buffer);
  const strideBytes = width * BYTES_PER_PIXEL;
  return (index) => {
    const from = Math.min(index, frames) * ROWS_PER_FRAME * strideBytes;
    return { data: data.subarray(from, from + height * strideBytes), strideBytes };
  };
}
