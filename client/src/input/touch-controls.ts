// The on-screen controller: which finger works which part, and what that means to the
// title. Pure; positions are client pixels. `fingers.ts` feeds it, the view draws it.

import { keyNumber } from "@nearframe/shared/input/codes";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import type { Box } from "./fit.ts";
import type { InputEvent } from "./input-state.ts";

export type PlacedControl = { control: TouchControl; x: number; y: number; radius: number };

export type Grip = {
  finger: number;
  /** Place of the part in the layout; undefined for the free area of a title that turns a camera. */
  part: number | undefined;
  startX: number;
  startY: number;
  x: number;
  y: number;
  downAtMs: number;
  wandered: boolean;
  keys: readonly number[];
};
export type Grips = readonly Grip[];

export type FingerEvent = { phase: "down" | "move" | "up" | "cancel"; finger: number; x: number; y: number; atMs: number };

/** What a part looks like now: pressed, and for a stick where its knob is, -1..1. */
export type PartLook = { part: number; pressed: boolean; dx: number; dy: number };

export type ControlsStep = {
  grips: Grips;
  events: readonly InputEvent[];
  looks: readonly PartLook[];
  /** A short touch of the look area: a click, which must last long enough for the title to see. */
  tapped: boolean;
  /** False when the finger is on no part: it may be the title's own. */
  taken: boolean;
};

/** Fingers are wide: a part is hit this much beyond its edge. */
const REACH = 1.15;
/** A stick at rest, as a share of its radius. */
const STICK_REST = 0.3;
/** Eight ways: a direction's key is down within this much of its axis. */
const WAY_COSINE = Math.cos((67.5 * Math.PI) / 180);
const TAP_MS_MAX = 220;
const TAP_WANDER_PX = 10;
/** A thumb's way on a phone is short; a full swipe turns a camera about half round. */
const LOOK_GAIN = 2.2;

export function placeControls(controls: readonly TouchControl[], box: Box): readonly PlacedControl[] {
  const shorter = Math.min(box.width, box.height);
  return controls.map((control) => {
    const radius = (control.size * shorter) / 2;
    // Whole parts stay on the screen, whatever its shape.
    const inside = (share: number, start: number, length: number) =>
      start + Math.min(Math.max(share * length, Math.min(radius, length / 2)), Math.max(length - radius, length / 2));
    return {
      control, radius,
      x: inside(control.x, box.left, box.width),
      y: inside(control.y, box.top, box.height),
    };
  });
}

export function stepControls(
  grips: Grips,
  event: FingerEvent,
  layout: readonly PlacedControl[],
  options: { freeAreaLooks: boolean; titlePixelsPerPixel: number },
): ControlsStep {
  const grip = grips.find(({ finger }) => finger === event.finger);
  if (event.phase === "down") return grip ? untouched(grips) : take(grips, event, layout, options.freeAreaLooks);
  if (!grip) return untouched(grips);
  const others = grips.filter((each) => each !== grip);
  if (event.phase === "move") return drag(others, grip, event, layout, options.titlePixelsPerPixel);
  const short = event.phase === "up" && !grip.wandered && event.atMs - grip.downAtMs <= TAP_MS_MAX;
  return {
    grips: others,
    events: changeKeys(grip.keys, [], others),
    looks: grip.part === undefined ? [] : [{ part: grip.part, pressed: others.some(({ part }) => part === grip.part), dx: 0, dy: 0 }],
    tapped: short && looksAround(grip, layout),
    taken: true,
  };
}

function take(grips: Grips, event: FingerEvent, layout: readonly PlacedControl[], freeAreaLooks: boolean): ControlsStep {
  const { finger, x, y, atMs } = event;
  const part = hit(layout, x, y);
  if (part === undefined && !freeAreaLooks) return untouched(grips);
  const placed = part === undefined ? undefined : layout[part];
  const stick = placed?.control.kind === "stick" ? stickAt(placed, x, y) : { keys: [], dx: 0, dy: 0 };
  const keys = placed?.control.kind === "button" ? keysOf(placed) : stick.keys;
  return {
    grips: [...grips, { finger, part, startX: x, startY: y, x, y, downAtMs: atMs, wandered: false, keys }],
    events: changeKeys([], keys, grips),
    looks: part === undefined ? [] : [{ part, pressed: true, dx: stick.dx, dy: stick.dy }],
    tapped: false,
    taken: true,
  };
}

function drag(
  others: Grips, grip: Grip, event: FingerEvent, layout: readonly PlacedControl[], scale: number,
): ControlsStep {
  const wandered = grip.wandered || Math.hypot(event.x - grip.startX, event.y - grip.startY) > TAP_WANDER_PX;
  const moved: Grip = { ...grip, x: event.x, y: event.y, wandered };
  const { part } = grip;
  const placed = part === undefined ? undefined : layout[part];
  const step = (next: Grip, events: readonly InputEvent[], looks: readonly PartLook[]): ControlsStep => ({
    grips: [...others, next], events, looks, tapped: false, taken: true,
  });
  if (part === undefined || !placed || placed.control.kind === "look") {
    const [dx, dy] = [(event.x - grip.x) * scale * LOOK_GAIN, (event.y - grip.y) * scale * LOOK_GAIN];
    return step(moved, dx === 0 && dy === 0 ? [] : [{ kind: "pointer-by", dx, dy }], []);
  }
  if (placed.control.kind === "stick") {
    const { keys, dx, dy } = stickAt(placed, event.x, event.y);
    return step({ ...moved, keys }, changeKeys(grip.keys, keys, others), [{ part, pressed: true, dx, dy }]);
  }
  // A thumb slides from button to button without lifting.
  const onto = hit(layout, event.x, event.y);
  const ontoPlaced = onto === undefined ? undefined : layout[onto];
  if (onto === undefined || onto === part || ontoPlaced?.control.kind !== "button") return step(moved, [], []);
  const keys = keysOf(ontoPlaced);
  return step({ ...moved, part: onto, keys }, changeKeys(grip.keys, keys, others), [
    { part, pressed: others.some((each) => each.part === part), dx: 0, dy: 0 },
    { part: onto, pressed: true, dx: 0, dy: 0 },
  ]);
}

/** The nearest part under a finger; buttons and sticks lie on top of look areas. */
function hit(layout: readonly PlacedControl[], x: number, y: number): number | undefined {
  let best: { part: number; distance: number } | undefined;
  for (const looks of [false, true]) {
    layout.forEach(({ control, x: cx, y: cy, radius }, part) => {
      if ((control.kind === "look") !== looks) return;
      const distance = Math.hypot(x - cx, y - cy) / radius;
      if (distance <= (looks ? 1 : REACH) && distance < (best?.distance ?? Infinity)) best = { part, distance };
    });
    if (best) return best.part;
  }
  return undefined;
}

function stickAt({ control, x, y, radius }: PlacedControl, fingerX: number, fingerY: number) {
  const length = Math.hypot(fingerX - x, fingerY - y);
  const scale = length > radius ? 1 / length : 1 / radius;
  const [dx, dy] = [(fingerX - x) * scale, (fingerY - y) * scale];
  const away = Math.hypot(dx, dy);
  const [up, down, left, right] = (control.keys ?? []).map(keyNumber);
  const ways = [[up, -dy], [down, dy], [left, -dx], [right, dx]] as const;
  const keys = away < STICK_REST ? [] : ways.filter(([, part]) => part / away > WAY_COSINE).map(([key]) => key);
  return { keys: keys.filter((key) => key !== undefined), dx, dy };
}

/** Keys that another finger still holds stay down. */
function changeKeys(before: readonly number[], after: readonly number[], others: Grips): InputEvent[] {
  const heldElsewhere = (key: number) => others.some(({ keys }) => keys.includes(key));
  const released = before.filter((key) => !after.includes(key) && !heldElsewhere(key));
  const pressed = after.filter((key) => !before.includes(key) && !heldElsewhere(key));
  return [
    ...released.map((key) => ({ kind: "key", key, down: false }) as const),
    ...pressed.map((key) => ({ kind: "key", key, down: true }) as const),
  ];
}

function keysOf({ control }: PlacedControl): readonly number[] {
  return (control.keys ?? []).map(keyNumber).filter((key) => key !== undefined);
}

const looksAround = ({ part }: Grip, layout: readonly PlacedControl[]) =>
  part === undefined || layout[part]?.control.kind === "look";

const untouched = (grips: Grips): ControlsStep => ({ grips, events: [], looks: [], tapped: false, taken: false });
