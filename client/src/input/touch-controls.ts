// The on-screen controller: which finger works which part, and what that means to the
// title. Pure; positions are client pixels. `fingers.ts` feeds it, the view draws it.

import type { PadState } from "@nearframe/shared/input/messages";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import type { Box } from "./fit.ts";
import type { InputEvent } from "./input-state.ts";
import { changeKeys, hit, padOf, partAt, swipeKey, type PlacedControl } from "./touch-parts.ts";

export type { PlacedControl } from "./touch-parts.ts";

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
  /** Of the pad: what this finger presses, and how far it pushes a stick. */
  buttons: readonly number[];
  push: { x: number; y: number };
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
  /** A key that a stroke presses, for as long as a click. */
  stroke: number | undefined;
  /** False when the finger is on no part: it may be the title's own. */
  taken: boolean;
};

const TAP_MS_MAX = 220;
const TAP_WANDER_PX = 10;
/** A thumb's way on a phone is short; a full swipe turns a camera about half round. */
const LOOK_GAIN = 2.2;
/** A stroke shorter than this is a finger that trembles. */
const STROKE_PX_MIN = 26;

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
  const step = stepGrips(grips, event, layout, options);
  const [before, after] = [padOf(grips, layout), padOf(step.grips, layout)];
  if (!after || samePad(before, after)) return step;
  return { ...step, events: [...step.events, { kind: "pads", pads: [after] }] };
}

function stepGrips(
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
    ...untouched(others),
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
  const { keys, buttons, push } = placed ? partAt(placed, x, y) : NOTHING;
  return {
    ...untouched([...grips, { finger, part, startX: x, startY: y, x, y, downAtMs: atMs, wandered: false, keys, buttons, push }]),
    events: changeKeys([], keys, grips),
    looks: part === undefined ? [] : [{ part, pressed: true, dx: push.x, dy: push.y }],
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
    ...untouched([...others, next]), events, looks, taken: true,
  });
  if (part === undefined || !placed || placed.control.kind === "look") {
    const [dx, dy] = [(event.x - grip.x) * scale * LOOK_GAIN, (event.y - grip.y) * scale * LOOK_GAIN];
    return step(moved, dx === 0 && dy === 0 ? [] : [{ kind: "pointer-by", dx, dy }], []);
  }
  switch (placed.control.kind) {
    case "stick":
    case "dpad": {
      const { keys, buttons, push } = partAt(placed, event.x, event.y);
      return step({ ...moved, keys, buttons, push }, changeKeys(grip.keys, keys, others), [{ part, pressed: true, dx: push.x, dy: push.y }]);
    }
    case "swipe": {
      const [dx, dy] = [event.x - grip.startX, event.y - grip.startY];
      if (Math.hypot(dx, dy) < STROKE_PX_MIN) return step({ ...moved, startX: grip.startX, startY: grip.startY }, [], []);
      // The next stroke starts here, so that one finger strokes again and again.
      return { ...step({ ...moved, startX: event.x, startY: event.y }, [], []), stroke: swipeKey(placed.control, dx, dy) };
    }
    case "gyro":
      return step(moved, [], []);
    case "button":
      return slide(others, moved, grip, part, event, layout);
  }
}

/** A thumb slides from button to button without lifting. */
function slide(
  others: Grips, moved: Grip, grip: Grip, part: number, event: FingerEvent, layout: readonly PlacedControl[],
): ControlsStep {
  const onto = hit(layout, event.x, event.y);
  const ontoPlaced = onto === undefined ? undefined : layout[onto];
  if (onto === undefined || onto === part || ontoPlaced?.control.kind !== "button") {
    return { ...untouched([...others, moved]), taken: true };
  }
  const { keys, buttons, push } = partAt(ontoPlaced, event.x, event.y);
  return {
    ...untouched([...others, { ...moved, part: onto, keys, buttons, push }]),
    events: changeKeys(grip.keys, keys, others),
    looks: [
      { part, pressed: others.some((each) => each.part === part), dx: 0, dy: 0 },
      { part: onto, pressed: true, dx: 0, dy: 0 },
    ],
    taken: true,
  };
}

/** Whether a finger holds the part by which tilting the phone turns the camera. */
export const aims = (grips: Grips, layout: readonly PlacedControl[]) =>
  grips.some(({ part }) => part !== undefined && layout[part]?.control.kind === "gyro");

const looksAround = ({ part }: Grip, layout: readonly PlacedControl[]) =>
  part === undefined || layout[part]?.control.kind === "look";

const samePad = (a: PadState | undefined, b: PadState) => JSON.stringify(a) === JSON.stringify(b);

const NOTHING = { keys: [], buttons: [], push: { x: 0, y: 0 } } as const;

const untouched = (grips: Grips): ControlsStep => ({
  grips, events: [], looks: [], tapped: false, stroke: undefined, taken: false,
});

