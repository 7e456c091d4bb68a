// What the player holds, points at and has turned, and what one event changes about
// it. Pure. Everything that senses input (keys, mouse, fingers, pads, on-screen
// controls) speaks in these events; `input-sender.ts` puts the result on the wire.

import { KEYS_HELD_MAX, TOUCHES_MAX, type InputEdge, type PadState, type Touch } from "@nearframe/shared/input/messages";

export type Point = { x: number; y: number };

export type InputEvent =
  /** `key` is a Linux key number. */
  | { kind: "key"; key: number; down: boolean }
  | { kind: "button"; button: number; down: boolean; at: Point | undefined }
  /** Shares of the title's screen. */
  | { kind: "pointer-at"; at: Point }
  /** Pixels of the title's screen; fractions add up. */
  | { kind: "pointer-by"; dx: number; dy: number }
  | { kind: "pointer-away" }
  /** 120 a notch; fractions add up. */
  | { kind: "wheel"; dx: number; dy: number }
  | { kind: "touch"; phase: "down" | "move" | "up" | "cancel"; finger: number; at: Point; pressure: number }
  | { kind: "pads"; pads: readonly PadState[] }
  | { kind: "text"; text: string }
  | { kind: "release-all" };

export type HeldInput = {
  keys: readonly number[];
  buttons: number;
  pointer: Point | undefined;
  /** Running totals; the wire rounds them, so that slow motion is not lost. */
  dxTotal: number;
  dyTotal: number;
  wheelXTotal: number;
  wheelYTotal: number;
  pads: readonly PadState[];
  touches: readonly Touch[];
  /** Which of the browser's fingers has which number on the wire: its place in this list. */
  fingers: readonly (number | undefined)[];
};

export const NOTHING_HELD: HeldInput = {
  keys: [], buttons: 0, pointer: undefined,
  dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
  pads: [], touches: [], fingers: [],
};

/** What is held after the event, and the edges to send for it. The same object means that nothing changed. */
export type InputStep = readonly [HeldInput, readonly InputEdge[]];

export function applyInput(held: HeldInput, event: InputEvent): InputStep {
  switch (event.kind) {
    case "key":
      return applyKey(held, event.key, event.down);
    case "button":
      return applyButton(held, event.button, event.down, event.at);
    case "pointer-at":
      if (held.pointer?.x === event.at.x && held.pointer.y === event.at.y) return [held, []];
      return [{ ...held, pointer: event.at }, []];
    case "pointer-by":
      if (event.dx === 0 && event.dy === 0) return [held, []];
      return [{ ...held, dxTotal: held.dxTotal + event.dx, dyTotal: held.dyTotal + event.dy }, []];
    case "pointer-away":
      return held.pointer ? [{ ...held, pointer: undefined }, []] : [held, []];
    case "wheel":
      if (event.dx === 0 && event.dy === 0) return [held, []];
      return [{ ...held, wheelXTotal: held.wheelXTotal + event.dx, wheelYTotal: held.wheelYTotal + event.dy }, []];
    case "touch":
      return applyTouch(held, event);
    case "pads":
      return [{ ...held, pads: event.pads }, []];
    case "text":
      return event.text === "" ? [held, []] : [held, [{ kind: "text", text: event.text }]];
    case "release-all":
      return releaseAll(held);
  }
}

export const holdsSomething = (held: HeldInput) =>
  held.keys.length > 0 || held.buttons !== 0 || held.touches.length > 0 || held.pads.some(padIsUsed);

/** There is something to tell, held or not: a pad at rest is a pad, and a pointer is somewhere. */
export const isInHand = (held: HeldInput) => held.pads.length > 0 || held.pointer !== undefined || holdsSomething(held);

function applyKey(held: HeldInput, key: number, down: boolean): InputStep {
  if (held.keys.includes(key) === down) return [held, []];
  // More keys than a keyboard reports: the newest is not taken, so that none can be forgotten.
  if (down && held.keys.length >= KEYS_HELD_MAX) return [held, []];
  const keys = down ? [...held.keys, key] : held.keys.filter((each) => each !== key);
  return [{ ...held, keys }, [{ kind: "key", key, down }]];
}

function applyButton(held: HeldInput, button: number, down: boolean, at: Point | undefined): InputStep {
  const bit = 1 << button;
  if (((held.buttons & bit) !== 0) === down) return [held, []];
  const buttons = down ? held.buttons | bit : held.buttons & ~bit;
  return [{ ...held, buttons, pointer: at ?? held.pointer }, [{ kind: "button", button, down, at }]];
}

function applyTouch(held: HeldInput, event: Extract<InputEvent, { kind: "touch" }>): InputStep {
  const { phase, finger, at, pressure } = event;
  const known = held.fingers.indexOf(finger);
  if (phase === "down") {
    if (known !== -1) return [held, []];
    const free = held.fingers.indexOf(undefined);
    const id = free === -1 ? held.fingers.length : free;
    if (id >= TOUCHES_MAX) return [held, []];
    const fingers = [...held.fingers];
    fingers[id] = finger;
    const touches = [...held.touches, { id, ...at, pressure }];
    return [{ ...held, fingers, touches }, [{ kind: "touch", id, phase, ...at }]];
  }
  if (known === -1) return [held, []];
  if (phase === "move") {
    return [{ ...held, touches: held.touches.map((each) => (each.id === known ? { id: known, ...at, pressure } : each)) }, []];
  }
  return [
    {
      ...held,
      fingers: held.fingers.map((each, id) => (id === known ? undefined : each)),
      touches: held.touches.filter(({ id }) => id !== known),
    },
    [{ kind: "touch", id: known, phase, ...at }],
  ];
}

/** Lets go of everything but the totals, which the node counts from. Says so even when nothing is known to be held. */
function releaseAll(held: HeldInput): InputStep {
  return [
    { ...held, keys: [], buttons: 0, pointer: undefined, pads: held.pads.map(restingPad), touches: [], fingers: [] },
    [{ kind: "release-all" }],
  ];
}

export function restingPad({ index }: PadState): PadState {
  return { index, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0] };
}

export const padIsUsed = (pad: PadState) =>
  pad.buttons !== 0 || pad.triggers.some((value) => value > 0) || pad.axes.some((value) => value !== 0);
