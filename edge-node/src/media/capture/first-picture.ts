// Has the title drawn anything yet? A screen of one colour is not a picture: so
// looks a display before its title, and a window before its content.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Pixels } from "./ports.ts";

/** Every so many pixels in both directions: 0.1 ms at 720p, and only until the first picture. */
const STEP = 8;
/** More than a mouse cursor of 24x24 can cover. */
const DIFFERENT_SAMPLES_MIN = 10;
const COLOUR_MASK = 0x00ff_ffff;

export function showsPicture(pixels: Pixels, size: TitleSize): boolean {
  const colourAt = (x: number, y: number) => pixels.data.readUInt32LE(y * pixels.strideBytes + x * 4) & COLOUR_MASK;
  const background = colourAt(0, 0);
  let different = 0;
  for (let y = 0; y < size.height; y += STEP) {
    for (let x = 0; x < size.width; x += STEP) {
      if (colourAt(x, y) !== background && ++different >= DIFFERENT_SAMPLES_MIN) return true;
    }
  }
  return false;
}
