// Which thing comes next when a player moves through a screen by arrows or by a pad. Pure.

export type Direction = "up" | "down" | "left" | "right";
export type Area = { left: number; top: number; width: number; height: number };

/** Straight ahead counts once, aside three times: a row is walked along before the next one is entered. */
const ASIDE_COST = 3;
/** Of two that lie straight ahead the one in the middle. */
const OFF_CENTRE_COST = 0.1;

/** Index of the nearest area in that direction, or undefined where there is none. */
export function nextArea(areas: readonly Area[], from: Area, direction: Direction): number | undefined {
  let best: { index: number; cost: number } | undefined;
  areas.forEach((area, index) => {
    const { ahead, aside, offCentre } = distance(from, area, direction);
    if (ahead <= 0) return;
    const cost = ahead + aside * ASIDE_COST + offCentre * OFF_CENTRE_COST;
    if (cost < (best?.cost ?? Infinity)) best = { index, cost };
  });
  return best?.index;
}

function distance(from: Area, to: Area, direction: Direction) {
  const [dx, dy] = [centre(to.left, to.width) - centre(from.left, from.width), centre(to.top, to.height) - centre(from.top, from.height)];
  const across = direction === "left" || direction === "right";
  const ahead = direction === "left" ? -dx : direction === "right" ? dx : direction === "up" ? -dy : dy;
  // What overlaps on the other axis lies straight ahead, however wide it is.
  const aside = across
    ? gap(from.top, from.height, to.top, to.height)
    : gap(from.left, from.width, to.left, to.width);
  return { ahead, aside, offCentre: Math.abs(across ? dy : dx) };
}

const centre = (start: number, length: number) => start + length / 2;
const gap = (a: number, aLength: number, b: number, bLength: number) => Math.max(0, b - (a + aLength), a - (b + bLength));

/** Buttons of the standard gamepad that move through a screen, and what else they do there. */
export const PAD_MOVES: Readonly<Record<number, Direction | "press" | "back">> = {
  0: "press", 1: "back", 12: "up", 13: "down", 14: "left", 15: "right",
};
