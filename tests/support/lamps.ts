// The lamps along the top edge of the sense board (tests/fixtures/senses), as the player sees them.

import type { Page } from "playwright";
import { readLuma } from "./browser.ts";
import { eventually } from "./processes.ts";

const SIZE = { width: 640, height: 360 };
const LAMP_PIXELS = 40;
/** In the order of `board.js`. */
export const LAMPS = ["alive", "saved", "turned", "placed", "heard", "seen"] as const;
export type Lamp = (typeof LAMPS)[number];

export async function litLamps(page: Page): Promise<Lamp[]> {
  const luma = await readLuma(page, SIZE.width, SIZE.height);
  return LAMPS.filter((_, index) => (luma[20 * SIZE.width + index * LAMP_PIXELS + 20] ?? 0) > 128);
}

export const seesLamp = (page: Page, lamp: Lamp, lit = true) =>
  eventually(() => litLamps(page), (lamps) => lamps.includes(lamp) === lit, 30_000, `the lamp "${lamp}" ${lit ? "on" : "off"}`);
