// Lays a number over a picture for as long as one frame is coded, and takes it away
// again: what is loaded stays what the screen shows.

import type { Frame } from "node-av/lib";
import { drawNonce, noncePlace, type Plane } from "@nearframe/shared/media/nonce-pattern";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { makeWritable } from "./picture.ts";

export function withNonce<T>(picture: Frame, size: TitleSize, nonce: number, code: () => T): T {
  makeWritable(picture);
  const kept = planesOf(picture).map((plane, index) => keepRows(plane, size, index));
  const [y, u, v] = planesOf(picture);
  if (!y || !u || !v) throw new Error("the picture is not planar");
  drawNonce({ y, u, v }, size, nonce);
  try {
    return code();
  } finally {
    // The encoder may hold on to what it was given; then this end gets a copy.
    makeWritable(picture);
    for (const [index, plane] of planesOf(picture).entries()) putRows(plane, size, index, kept[index] ?? []);
  }
}

const planesOf = (picture: Frame): Plane[] =>
  (picture.data ?? []).slice(0, 3).map((data, index) => ({ data, bytesPerRow: picture.linesize[index] ?? 0 }));

/** Where the rows lie in a plane: chroma has half as many, half as long. */
function rowsOf({ bytesPerRow }: Plane, size: TitleSize, index: number): { from: number; to: number }[] {
  const { x, y, width, height } = noncePlace(size);
  const scale = index === 0 ? 1 : 2;
  return Array.from({ length: height / scale }, (_, row) => {
    const from = (y / scale + row) * bytesPerRow + x / scale;
    return { from, to: from + width / scale };
  });
}

const keepRows = (plane: Plane, size: TitleSize, index: number): Uint8Array[] =>
  rowsOf(plane, size, index).map(({ from, to }) => Uint8Array.from(plane.data.subarray(from, to)));

function putRows(plane: Plane, size: TitleSize, index: number, rows: readonly Uint8Array[]): void {
  for (const [row, { from }] of rowsOf(plane, size, index).entries()) plane.data.set(rows[row] ?? [], from);
}
