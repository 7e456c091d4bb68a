// Wheel events in one unit, 120 a notch, whatever the browser counts in. Pure.

import { WHEEL_NOTCH } from "@nearframe/shared/input/messages";

/** Chromium and Safari: pixels that a notch scrolls. */
const PIXELS_A_NOTCH = 100;
/** Firefox with a mouse: lines that a notch scrolls. */
const LINES_A_NOTCH = 3;
const DELTA_LINE = 1;
const DELTA_PAGE = 2;

export function wheelUnits(deltaMode: number, delta: number): number {
  if (deltaMode === DELTA_LINE) return (delta / LINES_A_NOTCH) * WHEEL_NOTCH;
  if (deltaMode === DELTA_PAGE) return Math.sign(delta) * WHEEL_NOTCH;
  return (delta / PIXELS_A_NOTCH) * WHEEL_NOTCH;
}
