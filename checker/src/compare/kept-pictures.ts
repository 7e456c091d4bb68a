// Pictures of a play that are kept to be compared once it is over: many small ones in a
// row, for what moves, and a few whole ones, for how well it is drawn.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Luma } from "../media/picture.ts";

export type CardReading = { frame: number; flips: number; scene: number | undefined };
export type KeptPicture = CardReading & { luma: Luma };

/** FFmpeg's signature filter looks at 90 pictures at a time (its coarse signatures). */
export const SMALL_PICTURES = 120;
export const WHOLE_PICTURES = 6;
const WHOLE_EVERY_MS = 1_000;
export const SMALL_SIZE: TitleSize = { width: 320, height: 180 };

export interface KeptPictures {
  readonly small: readonly KeptPicture[];
  readonly whole: readonly KeptPicture[];
  /** Pictures seen in all, and those of them that could be read. */
  readonly seen: number;
  readonly readable: number;
  take(luma: Luma, reading: Partial<Record<keyof CardReading, number | undefined>>, atMs: number): void;
}

export function createKeptPictures(): KeptPictures {
  const small: KeptPicture[] = [];
  const whole: KeptPicture[] = [];
  let [seen, readable, lastMs] = [0, 0, -Infinity];
  return {
    small,
    whole,
    get seen() {
      return seen;
    },
    get readable() {
      return readable;
    },
    take(luma, { frame, flips, scene }, atMs) {
      seen += 1;
      if (frame === undefined || flips === undefined) return;
      readable += 1;
      if (small.length < SMALL_PICTURES) small.push({ luma: shrink(luma, SMALL_SIZE), frame, flips, scene });
      if (whole.length >= WHOLE_PICTURES || atMs - lastMs < WHOLE_EVERY_MS) return;
      lastMs = atMs;
      whole.push({ luma: copy(luma), frame, flips, scene });
    },
  };
}

function copy({ data, width, height, bytesPerRow }: Luma): Luma {
  const tight = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) tight.set(data.subarray(row * bytesPerRow, row * bytesPerRow + width), row * width);
  return { data: tight, width, height, bytesPerRow: width };
}

/** Means of four points of each cell. */
export function shrink({ data, width, height, bytesPerRow }: Luma, to: TitleSize): Luma {
  const small = new Uint8Array(to.width * to.height);
  const [sx, sy] = [width / to.width, height / to.height];
  for (let row = 0; row < to.height; row += 1) {
    const above = Math.min(height - 1, Math.floor((row + 0.25) * sy)) * bytesPerRow;
    const below = Math.min(height - 1, Math.floor((row + 0.75) * sy)) * bytesPerRow;
    for (let column = 0; column < to.width; column += 1) {
      const left = Math.min(width - 1, Math.floor((column + 0.25) * sx));
      const right = Math.min(width - 1, Math.floor((column + 0.75) * sx));
      small[row * to.width + column] = ((data[above + left] ?? 0) + (data[above + right] ?? 0) + (data[below + left] ?? 0) + (data[below + right] ?? 0)) >> 2;
    }
  }
  return { data: small, width: to.width, height: to.height, bytesPerRow: to.width };
}
