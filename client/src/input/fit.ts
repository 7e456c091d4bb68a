// Where the picture is inside its box, and what a place in the box is on the title's
// screen. Pure.

import type { Point } from "./input-state.ts";

export type Box = { left: number; top: number; width: number; height: number };
export type Size = { width: number; height: number };

/** The largest box of the picture's shape, centred: what `object-fit: contain` shows. */
export function fitInside(box: Box, picture: Size): Box {
  if (picture.width <= 0 || picture.height <= 0 || box.width <= 0 || box.height <= 0) return box;
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height };
}

/** Share of the picture, 0..1; outside it the nearest edge. */
export function shareOf(fitted: Box, clientX: number, clientY: number): Point {
  const share = (value: number, start: number, length: number) =>
    length > 0 ? Math.min(1, Math.max(0, (value - start) / length)) : 0;
  return { x: share(clientX, fitted.left, fitted.width), y: share(clientY, fitted.top, fitted.height) };
}

export function isInside(fitted: Box, clientX: number, clientY: number): boolean {
  const dx = clientX - fitted.left;
  const dy = clientY - fitted.top;
  return dx >= 0 && dy >= 0 && dx <= fitted.width && dy <= fitted.height;
}

/** Pixels of the title for one CSS pixel: the picture's own scale, so a hand's way is the same in any window. */
export function titlePixels(fitted: Box, title: Size): number {
  return fitted.width > 0 ? title.width / fitted.width : 1;
}
