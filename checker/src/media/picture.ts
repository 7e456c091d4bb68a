// What is read off a decoded picture, from its brightness alone. Pure.

/** Rows of one byte a pixel; valid until the next picture is decoded. */
export type Luma = { data: Uint8Array; width: number; height: number; bytesPerRow: number };

/** Cells of a coarse sample of the picture, to be held against those of the next. */
export type PictureSample = { width: number; height: number; samples: Uint8Array };

const CELL_PIXELS = 16;
/** Of each cell 4 by 4 points are looked at: a sixteenth of the picture. */
const STEP_PIXELS = 4;
const POINTS = (CELL_PIXELS / STEP_PIXELS) ** 2;
/**
 * Mean change of a cell, of 255, from which it has really changed. Coding a still picture
 * again moves a cell by 1 or 2 (x264, 600 kbit/s to 6 Mbit/s); so a frame that is sent twice is one.
 */
const CELL_CHANGE_MIN = 4;
/** Of 255; coding leaves a screen of one colour within half of it. */
const BLANK_DIFFERENCE = 8;
/** More than a mouse cursor of 24x24 covers. */
const DIFFERENT_POINTS_MIN = 40;

export function samplePicture({ data, width, height, bytesPerRow }: Luma): PictureSample {
  const columns = Math.floor(width / CELL_PIXELS);
  const rows = Math.floor(height / CELL_PIXELS);
  const samples = new Uint8Array(columns * rows * POINTS);
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      for (let y = STEP_PIXELS / 2; y < CELL_PIXELS; y += STEP_PIXELS) {
        const line = (row * CELL_PIXELS + y) * bytesPerRow + column * CELL_PIXELS;
        for (let x = STEP_PIXELS / 2; x < CELL_PIXELS; x += STEP_PIXELS) samples[at++] = data[line + x] ?? 0;
      }
    }
  }
  return { width, height, samples };
}

/** True where something moved, however small; not where the same picture was only coded again. */
export function differs(a: PictureSample, b: PictureSample): boolean {
  if (a.width !== b.width || a.height !== b.height) return true;
  for (let at = 0; at < a.samples.length; at += POINTS) {
    let change = 0;
    for (let point = at; point < at + POINTS; point += 1) change += Math.abs((a.samples[point] ?? 0) - (b.samples[point] ?? 0));
    if (change >= CELL_CHANGE_MIN * POINTS) return true;
  }
  return false;
}

/** A screen of one colour, as a display is before its title draws. What coding does to one is within the difference. */
export function isBlank({ data, width, height, bytesPerRow }: Luma): boolean {
  const background = data[0] ?? 0;
  let different = 0;
  for (let y = 0; y < height; y += STEP_PIXELS) {
    for (let x = 0; x < width; x += STEP_PIXELS) {
      if (Math.abs((data[y * bytesPerRow + x] ?? 0) - background) > BLANK_DIFFERENCE && ++different >= DIFFERENT_POINTS_MIN) return false;
    }
  }
  return true;
}

/**
 * Variance of the Laplacian: how much fine detail there is. It means something only beside that of
 * another picture of the same scene, at the same size.
 */
export function detailOf({ data, width, height, bytesPerRow }: Luma): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y += 2) {
    for (let x = 1; x < width - 1; x += 2) {
      const at = y * bytesPerRow + x;
      const edge = 4 * (data[at] ?? 0) - (data[at - 1] ?? 0) - (data[at + 1] ?? 0) - (data[at - bytesPerRow] ?? 0) - (data[at + bytesPerRow] ?? 0);
      sum += edge;
      squares += edge * edge;
      count += 1;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}
