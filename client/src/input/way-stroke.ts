// Strokes over the bar of ways, as phones have them: up is home, up and held the recent
// apps, sideways is back. Pure.

import type { Way } from "@nearframe/shared/title/ways";

/** Less is a press that slipped. */
const STROKE_PX_MIN = 28;
const HELD_MS_MIN = 450;

export type Stroke = { dx: number; dy: number; heldMs: number };

/** Undefined for a press, which is the button's own. */
export function wayOfStroke({ dx, dy, heldMs }: Stroke): Way | undefined {
  if (Math.max(Math.abs(dx), -dy) < STROKE_PX_MIN) return undefined;
  if (-dy < Math.abs(dx)) return "back";
  return heldMs >= HELD_MS_MIN ? "recents" : "home";
}
