// What each kind of on-screen part makes of a finger on it: keys, buttons of a pad, how
// far a stick is pushed. Pure.

import { keyNumber } from "@nearframe/shared/input/codes";
import type { PadState } from "@nearframe/shared/input/messages";
import { PAD_BUTTONS, type TouchControl } from "@nearframe/shared/title/manifest";
import type { InputEvent } from "./input-state.ts";

export type PlacedControl = { control: TouchControl; x: number; y: number; radius: number };

/** What one finger does to one part. */
export type PartTouch = { keys: readonly number[]; buttons: readonly number[]; push: { x: number; y: number } };

/** Fingers are wide: a part is hit this much beyond its edge. */
const REACH = 1.15;
/** A stick at rest, as a share of its radius. */
const STICK_REST = 0.3;
/** Eight ways: a direction is down within this much of its axis. */
const WAY_COSINE = Math.cos((67.5 * Math.PI) / 180);
const PAD_CROSS = [12, 13, 14, 15] as const;
const L2 = PAD_BUTTONS.indexOf("l2");
const R2 = PAD_BUTTONS.indexOf("r2");

/** What lies under other parts and gives way to them. */
const isArea = ({ kind }: TouchControl) => kind === "look" || kind === "swipe";

/** The nearest part under a finger; buttons and sticks lie on top of areas. */
export function hit(layout: readonly PlacedControl[], x: number, y: number): number | undefined {
  let best: { part: number; distance: number } | undefined;
  for (const areas of [false, true]) {
    layout.forEach(({ control, x: cx, y: cy, radius }, part) => {
      if (isArea(control) !== areas) return;
      const distance = Math.hypot(x - cx, y - cy) / radius;
      if (distance <= (areas ? 1 : REACH) && distance < (best?.distance ?? Infinity)) best = { part, distance };
    });
    if (best) return best.part;
  }
  return undefined;
}

export function partAt(placed: PlacedControl, fingerX: number, fingerY: number): PartTouch {
  const { control } = placed;
  switch (control.kind) {
    case "button": {
      const index = PAD_BUTTONS.findIndex((name) => name === control.pad);
      return { keys: keysOf(control), buttons: index === -1 ? [] : [index], push: CENTRE };
    }
    case "gyro":
      return { keys: keysOf(control), buttons: [], push: CENTRE };
    case "stick":
    case "dpad":
      return stickAt(placed, fingerX, fingerY);
    case "look":
    case "swipe":
      return { keys: [], buttons: [], push: CENTRE };
  }
}

function stickAt({ control, x, y, radius }: PlacedControl, fingerX: number, fingerY: number): PartTouch {
  const length = Math.hypot(fingerX - x, fingerY - y);
  const scale = length > radius ? 1 / length : 1 / radius;
  const push = { x: (fingerX - x) * scale, y: (fingerY - y) * scale };
  // All of a pad's stick goes to the title, which knows its own rest.
  if (control.pad !== undefined) return { keys: [], buttons: [], push };
  const ways = waysOf(push);
  const numbers = (control.keys ?? []).map(keyNumber);
  const crossing = control.kind === "dpad" && control.keys === undefined;
  return {
    keys: ways.map((way) => numbers[way]).filter((key) => key !== undefined),
    buttons: crossing ? ways.map((way) => PAD_CROSS[way]).filter((button) => button !== undefined) : [],
    push,
  };
}

/** Which of up, down, left and right: none at rest, two on the diagonals. */
function waysOf({ x, y }: { x: number; y: number }): readonly number[] {
  const away = Math.hypot(x, y);
  if (away < STICK_REST) return [];
  return [-y, y, -x, x].flatMap((part, way) => (part / away > WAY_COSINE ? [way] : []));
}

/** The key of a stroke's way, up, down, left or right. */
export function swipeKey({ keys }: TouchControl, dx: number, dy: number): number | undefined {
  const way = Math.abs(dx) > Math.abs(dy) ? (dx < 0 ? 2 : 3) : dy < 0 ? 0 : 1;
  const code = keys?.[way];
  return code === undefined ? undefined : keyNumber(code);
}

type Touching = { part: number | undefined; buttons: readonly number[]; push: { x: number; y: number } };

/** The pad that the parts on the screen make together, or none where no part is a pad's. */
export function padOf(grips: readonly Touching[], layout: readonly PlacedControl[]): PadState | undefined {
  if (!layout.some(({ control }) => control.pad !== undefined || (control.kind === "dpad" && control.keys === undefined))) return undefined;
  const held = new Set(grips.flatMap(({ buttons }) => buttons));
  const stick = (name: TouchControl["pad"]) =>
    grips.find(({ part }) => part !== undefined && layout[part]?.control.pad === name)?.push ?? CENTRE;
  const [left, right] = [stick("left-stick"), stick("right-stick")];
  const trigger = (button: number) => (held.has(button) ? 1 : 0);
  let bits = 0;
  for (const button of held) bits |= 1 << button;
  return { index: 0, buttons: bits >>> 0, triggers: [trigger(L2), trigger(R2)], axes: [left.x, left.y, right.x, right.y] };
}

/** Keys that another finger still holds stay down. */
export function changeKeys(
  before: readonly number[],
  after: readonly number[],
  others: readonly { keys: readonly number[] }[],
): InputEvent[] {
  const heldElsewhere = (key: number) => others.some(({ keys }) => keys.includes(key));
  const released = before.filter((key) => !after.includes(key) && !heldElsewhere(key));
  const pressed = after.filter((key) => !before.includes(key) && !heldElsewhere(key));
  return [
    ...released.map((key) => ({ kind: "key", key, down: false }) as const),
    ...pressed.map((key) => ({ kind: "key", key, down: true }) as const),
  ];
}

const keysOf = ({ keys }: TouchControl): readonly number[] =>
  (keys ?? []).map(keyNumber).filter((key) => key !== undefined);

const CENTRE = { x: 0, y: 0 } as const;
