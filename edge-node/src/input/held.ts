// What a player holds down, and what a message changes about it. Pure.
//
// Edges arrive in order but late when a packet is lost; states arrive at any time
// and may be ahead of the edges. Whichever is newer about the keys wins, so a lost
// release can't stick and a short tap is never lost. What a state did first, its late
// edge does not do again: a tap is never two.

import { CODES } from "@nearframe/shared/input/codes";
import {
  isNewer, WHEEL_NOTCH,
  type InputEdge, type InputMessage, type InputState, type PadState,
} from "@nearframe/shared/input/messages";
import { releaseTouches, touchByEdge, touchByState, type Touches } from "./held-touches.ts";
import type { InputAction } from "./ports.ts";

export type Held = {
  keys: readonly number[];
  /** Bit n: pointer button n. */
  buttons: number;
  pointer: { x: number; y: number } | undefined;
  /** The running totals already turned into motion. They start at 0 with each connection. */
  dxTotal: number;
  dyTotal: number;
  wheelXNotches: number;
  wheelYNotches: number;
  /** The finger that works the pointer, for titles that know no touch. */
  finger: number | undefined;
  /** Undefined where the sink takes no fingers: then one of them works the pointer. */
  touches: Touches | undefined;
  pads: readonly PadState[];
  /** Undefined until the first state. */
  stateSeq: number | undefined;
  edgeSeq: number;
  /** What states did before the edges that say the same have come, in order. */
  ahead: readonly Ahead[];
};

type Stroke = { kind: "key" | "button"; code: number; down: boolean };
/** `edgeSeq`: its edge is in this message of edges or in an earlier one. */
type Ahead = Stroke & { edgeSeq: number };

export const NOTHING_HELD: Held = {
  keys: [], buttons: 0, pointer: undefined, dxTotal: 0, dyTotal: 0, wheelXNotches: 0, wheelYNotches: 0,
  finger: undefined, touches: undefined, pads: [], stateSeq: undefined, edgeSeq: 0, ahead: [],
};

/** One message's motion is cut to this, so that a forged total can't spin a camera for seconds. */
const MOTION_MAX_PX = 4096;
const NOTCHES_MAX = 20;
const LEFT_BUTTON = 0;
/** Far more than hands do within a lost packet's time; beyond it all is forgotten, as only a forged state gets there. */
const AHEAD_MAX = 128;

/** What `message` asks of the input sink, in order, and what is held after it. */
export function applyInput(held: Held, message: InputMessage): [Held, InputAction[]] {
  return message.kind === "state" ? applyState(held, message) : applyEdges(held, message.seq, message.edges);
}

/** Something that goes on by itself until it is let go of. */
export const holdsSomething = ({ keys, buttons, touches, pads }: Held): boolean =>
  keys.length > 0 || buttons !== 0 || (touches?.length ?? 0) > 0 || pads.some(padIsUsed);

/** Lets go of everything, as when the player's connection dies or the page loses focus. */
export function releaseAll(held: Held): [Held, InputAction[]] {
  const actions: InputAction[] = held.keys.map((code) => ({ kind: "key", code, down: false }));
  actions.push(...buttonActions(held.buttons, 0));
  for (const pad of held.pads) actions.push(padAction({ ...pad, buttons: 0, axes: [0, 0, 0, 0], triggers: [0, 0] }));
  actions.push(...releaseTouches(held.touches ?? []));
  return [{ ...held, keys: [], buttons: 0, finger: undefined, touches: held.touches && [], pads: [], ahead: [] }, actions];
}

function applyState(held: Held, state: InputState): [Held, InputAction[]] {
  if (held.stateSeq !== undefined && !isNewer(state.seq, held.stateSeq)) return [held, []];
  const actions: InputAction[] = [];
  const next: Held = { ...held, stateSeq: state.seq };

  const dx = clampTo((state.dxTotal - held.dxTotal) | 0, MOTION_MAX_PX);
  const dy = clampTo((state.dyTotal - held.dyTotal) | 0, MOTION_MAX_PX);
  next.dxTotal = state.dxTotal;
  next.dyTotal = state.dyTotal;
  if (dx !== 0 || dy !== 0) actions.push({ kind: "move-by", dx, dy });

  const fingerAt = state.touches.find((touch) => touch.id === held.finger);
  const pointer = fingerAt ? { x: fingerAt.x, y: fingerAt.y } : state.pointer;
  if (pointer && (pointer.x !== held.pointer?.x || pointer.y !== held.pointer.y)) {
    actions.push({ kind: "move-to", ...pointer });
    next.pointer = pointer;
  }

  if (held.touches) {
    const [touches, moves] = touchByState(held.touches, state, held.edgeSeq);
    next.touches = touches;
    actions.push(...moves);
  }

  next.wheelXNotches = Math.trunc(state.wheelXTotal / WHEEL_NOTCH);
  next.wheelYNotches = Math.trunc(state.wheelYTotal / WHEEL_NOTCH);
  const wheelX = clampTo(next.wheelXNotches - held.wheelXNotches, NOTCHES_MAX);
  const wheelY = clampTo(next.wheelYNotches - held.wheelYNotches, NOTCHES_MAX);
  if (wheelX !== 0 || wheelY !== 0) actions.push({ kind: "wheel", dx: wheelX, dy: wheelY });

  // A state made before edges that were already applied knows less than they did.
  if (!isNewer(held.edgeSeq, state.edgeSeq)) {
    const buttons = held.finger === undefined ? state.buttons : state.buttons | (held.buttons & (1 << LEFT_BUTTON));
    const strokes = [...keyActions(held.keys, state.keys), ...buttonActions(held.buttons, buttons)];
    actions.push(...strokes);
    next.keys = [...state.keys];
    next.buttons = buttons;
    if (isNewer(state.edgeSeq, held.edgeSeq)) next.ahead = runAhead(held.ahead, strokes, state.edgeSeq);
    if (held.finger !== undefined && !fingerAt && state.edgeSeq === held.edgeSeq) {
      // The finger is gone and no edge will say so any more.
      actions.push(...buttonActions(next.buttons, next.buttons & ~(1 << LEFT_BUTTON)));
      next.buttons &= ~(1 << LEFT_BUTTON);
      next.finger = undefined;
    }
  }

  for (const pad of state.pads) {
    const before = held.pads.find(({ index }) => index === pad.index);
    if (!before || !samePad(before, pad)) actions.push(padAction(pad));
  }
  for (const gone of held.pads.filter(({ index }) => !state.pads.some((pad) => pad.index === index))) {
    actions.push(padAction({ ...gone, buttons: 0, axes: [0, 0, 0, 0], triggers: [0, 0] }));
  }
  next.pads = state.pads;
  return [next, actions];
}

function applyEdges(held: Held, seq: number, edges: readonly InputEdge[]): [Held, InputAction[]] {
  // They come in order: what stands for an earlier message stands for one that went over a path before this one.
  let now: Held = { ...held, ahead: held.ahead.filter(({ edgeSeq }) => !isNewer(seq, edgeSeq)) };
  const actions: InputAction[] = [];
  for (const edge of edges) {
    const caughtUp = catchUp(now, edge);
    const [after, more] = caughtUp ? [caughtUp, []] : applyEdge(now, edge);
    now = after;
    actions.push(...more);
  }
  return [{ ...now, edgeSeq: seq, ahead: now.ahead.filter(({ edgeSeq }) => isNewer(edgeSeq, seq)) }, actions];
}

function runAhead(ahead: readonly Ahead[], actions: readonly InputAction[], edgeSeq: number): readonly Ahead[] {
  const strokes = actions.flatMap((action): Ahead[] => {
    if (action.kind === "key") return [{ kind: "key", code: action.code, down: action.down, edgeSeq }];
    return action.kind === "button" ? [{ kind: "button", code: action.button, down: action.down, edgeSeq }] : [];
  });
  const all = [...ahead, ...strokes];
  return all.length > AHEAD_MAX ? [] : all;
}

/** What is held when `edge` was done by a state already; undefined where it was not. */
function catchUp(held: Held, edge: InputEdge): Held | undefined {
  if (edge.kind !== "key" && edge.kind !== "button") return undefined;
  const code = edge.kind === "key" ? edge.key : edge.button;
  // Presses and releases of one key take turns, in states as in edges: the first of both is the same.
  const place = held.ahead.findIndex((stroke) => stroke.kind === edge.kind && stroke.code === code);
  if (held.ahead[place]?.down !== edge.down) return undefined;
  return { ...held, ahead: held.ahead.toSpliced(place, 1) };
}

function applyEdge(held: Held, edge: InputEdge): [Held, InputAction[]] {
  switch (edge.kind) {
    case "key": {
      if (held.keys.includes(edge.key) === edge.down) return [held, []];
      const keys = edge.down ? [...held.keys, edge.key] : held.keys.filter((key) => key !== edge.key);
      return [{ ...held, keys }, [{ kind: "key", code: edge.key, down: edge.down }]];
    }
    case "button": {
      const [moved, actions] = moveTo(held, edge.at);
      const bit = 1 << edge.button;
      const buttons = edge.down ? moved.buttons | bit : moved.buttons & ~bit;
      return [{ ...moved, buttons }, [...actions, ...buttonActions(moved.buttons, buttons)]];
    }
    case "touch": {
      if (held.touches) {
        const [touches, actions] = touchByEdge(held.touches, edge);
        return [{ ...held, touches }, actions];
      }
      const bit = 1 << LEFT_BUTTON;
      if (edge.phase === "down") {
        if (held.finger !== undefined) return [held, []];
        const [moved, actions] = moveTo(held, edge);
        const buttons = moved.buttons | bit;
        return [{ ...moved, finger: edge.id, buttons }, [...actions, ...buttonActions(moved.buttons, buttons)]];
      }
      if (held.finger !== edge.id) return [held, []];
      const [moved, actions] = moveTo(held, edge);
      const buttons = moved.buttons & ~bit;
      return [{ ...moved, finger: undefined, buttons }, [...actions, ...buttonActions(moved.buttons, buttons)]];
    }
    case "text":
      return [held, [{ kind: "text", text: edge.text }]];
    case "release-all":
      return releaseAll(held);
  }
}

function moveTo(held: Held, at: { x: number; y: number } | undefined): [Held, InputAction[]] {
  if (!at) return [held, []];
  const pointer = { x: at.x, y: at.y };
  return [{ ...held, pointer }, [{ kind: "move-to", ...pointer }]];
}

/** Modifiers go down first and come up last, so that what they modify sees them. */
function keyActions(before: readonly number[], after: readonly number[]): InputAction[] {
  const released = before.filter((key) => !after.includes(key)).sort((a, b) => rank(b) - rank(a));
  const pressed = after.filter((key) => !before.includes(key)).sort((a, b) => rank(a) - rank(b));
  return [
    ...released.map((code) => ({ kind: "key" as const, code, down: false })),
    ...pressed.map((code) => ({ kind: "key" as const, code, down: true })),
  ];
}

const MODIFIERS = new Set(
  ["ShiftLeft", "ShiftRight", "ControlLeft", "ControlRight", "AltLeft", "AltRight", "MetaLeft", "MetaRight"].map(
    (code) => CODES[code],
  ),
);
const rank = (key: number) => (MODIFIERS.has(key) ? 0 : 1);

function buttonActions(before: number, after: number): InputAction[] {
  const actions: InputAction[] = [];
  for (let button = 0; before >> button !== 0 || after >> button !== 0; button++) {
    const down = (after & (1 << button)) !== 0;
    if (down !== ((before & (1 << button)) !== 0)) actions.push({ kind: "button", button, down });
  }
  return actions;
}

export const padIsUsed = ({ buttons, axes, triggers }: PadState) => buttons !== 0 || [...axes, ...triggers].some((value) => value !== 0);

function padAction(pad: PadState): InputAction {
  return { kind: "pad", pad: pad.index, buttons: pad.buttons, axes: pad.axes, triggers: pad.triggers };
}

function samePad(a: PadState, b: PadState): boolean {
  return (
    a.buttons === b.buttons &&
    a.axes.every((value, i) => value === b.axes[i]) &&
    a.triggers.every((value, i) => value === b.triggers[i])
  );
}

const clampTo = (value: number, limit: number) => Math.min(limit, Math.max(-limit, value));
