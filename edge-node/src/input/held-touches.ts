// The fingers that a player has on the screen, for sinks that take them as they are. Pure.
//
// As with keys: edges say when a finger comes and goes, states where it is by now, and a
// state that no longer knows a finger lifts it, should its edge have been lost with a connection.

import type { InputEdge, InputState, Touch } from "@nearframe/shared/input/messages";
import type { InputAction } from "./ports.ts";

export type Touches = readonly Touch[];

/** An edge carries no pressure; the state right after it does. */
const PRESSURE_DEFAULT = 1;

export function touchByEdge(touches: Touches, edge: Extract<InputEdge, { kind: "touch" }>): [Touches, InputAction[]] {
  const { id, phase, x, y } = edge;
  const before = touches.find((touch) => touch.id === id);
  if (phase !== "down") return before ? [without(touches, id), [{ kind: "touch", id, phase, x, y, pressure: 0 }]] : [touches, []];
  const touch = { id, x, y, pressure: PRESSURE_DEFAULT };
  // A finger that comes twice has gone in between.
  const lost = before ? [lift(before)] : [];
  return [[...without(touches, id), touch], [...lost, { kind: "touch", phase, ...touch }]];
}

/** `edgeSeq`: of the newest edges that were applied. */
export function touchByState(touches: Touches, state: Pick<InputState, "touches" | "edgeSeq">, edgeSeq: number): [Touches, InputAction[]] {
  const actions: InputAction[] = [];
  const next = touches.flatMap((before) => {
    const now = state.touches.find(({ id }) => id === before.id);
    if (!now) {
      // Made before the finger came, or after it went without a word.
      if (state.edgeSeq !== edgeSeq) return [before];
      actions.push(lift(before, "cancel"));
      return [];
    }
    if (now.x === before.x && now.y === before.y && now.pressure === before.pressure) return [before];
    actions.push({ kind: "touch", phase: "move", ...now });
    return [now];
  });
  return [next, actions];
}

export function releaseTouches(touches: Touches): InputAction[] {
  return touches.map((touch) => lift(touch, "cancel"));
}

const lift = ({ id, x, y }: Touch, phase: "up" | "cancel" = "up"): InputAction => ({ kind: "touch", id, phase, x, y, pressure: 0 });
const without = (touches: Touches, id: number): Touches => touches.filter((touch) => touch.id !== id);
