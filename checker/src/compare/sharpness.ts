// How much of the edges of the picture that was drawn is left in the one that came. Pure.

import type { Luma } from "../media/picture.ts";

/** Strong edges only: grain is what a codec leaves out first, and nobody misses it. */
const EDGE_MIN = 48;

/**
 * 1 where every edge is as steep as it was drawn; about a third in a picture that was small once.
 * Both of one size; undefined where nothing in it has an edge.
 */
export function sharpnessOf(came: Luma, drawn: Luma): number | undefined {
  let [left, whole] = [0, 0];
  for (let y = 1; y < drawn.height - 1; y += 1) {
    for (let x = 1; x < drawn.width - 1; x += 1) {
      const edge = laplacian(drawn, x, y);
      if (Math.abs(edge) < EDGE_MIN) continue;
      whole += Math.abs(edge);
      // Of an edge that leans the other way nothing is left.
      left += Math.max(0, laplacian(came, x, y) * Math.sign(edge));
    }
  }
  return whole === 0 ? undefined : Math.min(1, left / whole);
}

function laplacian({ data, bytesPerRow }: Luma, x: number, y: number): number {
  const at = y * bytesPerRow + x;
  return 4 * (data[at] ?? 0) - (data[at - 1] ?? 0) - (data[at + 1] ?? 0) - (data[at - bytesPerRow] ?? 0) - (data[at + bytesPerRow] ?? 0);
}
