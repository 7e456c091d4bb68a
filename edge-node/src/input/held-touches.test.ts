import { expect, test } from "vitest";
import type { InputEdge, InputState, Touch } from "@nearframe/shared/input/messages";
import { applyInput, NOTHING_HELD, releaseAll, type Held } from "./held.ts";
import type { InputAction } from "./ports.ts";

const EMPTY: Held = { ...NOTHING_HELD, touches: [] };
const state = (seq: number, edgeSeq: number, touches: readonly Touch[]): InputState => ({
  kind: "state", seq, edgeSeq, pointer: undefined, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
  buttons: 0, keys: [], pads: [], touches,
});
const down = (id: number, x: number, y: number): InputEdge => ({ kind: "touch", id, phase: "down", x, y });
const up = (id: number, x: number, y: number): InputEdge => ({ kind: "touch", id, phase: "up", x, y });

function play(messages: readonly (InputState | { seq: number; edges: readonly InputEdge[] })[]): [Held, InputAction[]] {
  let held = EMPTY;
  const all: InputAction[] = [];
  for (const message of messages) {
    const [next, actions] = applyInput(held, "kind" in message ? message : { kind: "edges", ...message });
    held = next;
    all.push(...actions);
  }
  return [held, all];
}

test("two fingers pinch: both come, move with their pressure, and go", () => {
  const [held, actions] = play([
    { seq: 1, edges: [down(0, 0.4, 0.5), down(1, 0.6, 0.5)] },
    state(2, 1, [{ id: 0, x: 0.3, y: 0.5, pressure: 0.5 }, { id: 1, x: 0.7, y: 0.5, pressure: 0.25 }]),
    { seq: 3, edges: [up(0, 0.2, 0.5)] },
    { seq: 4, edges: [up(1, 0.8, 0.5)] },
  ]);
  expect(actions).toEqual([
    { kind: "touch", id: 0, phase: "down", x: 0.4, y: 0.5, pressure: 1 },
    { kind: "touch", id: 1, phase: "down", x: 0.6, y: 0.5, pressure: 1 },
    { kind: "touch", id: 0, phase: "move", x: 0.3, y: 0.5, pressure: 0.5 },
    { kind: "touch", id: 1, phase: "move", x: 0.7, y: 0.5, pressure: 0.25 },
    { kind: "touch", id: 0, phase: "up", x: 0.2, y: 0.5, pressure: 0 },
    { kind: "touch", id: 1, phase: "up", x: 0.8, y: 0.5, pressure: 0 },
  ]);
  expect(held.touches).toEqual([]);
});

test("a state that is older than a finger does not lift it; one that is newer and knows none does", () => {
  const [held, actions] = play([{ seq: 5, edges: [down(2, 0.5, 0.5)] }, state(4, 3, [])]);
  expect(actions).toHaveLength(1);
  const [, lifted] = applyInput(held, state(6, 5, []));
  expect(lifted).toEqual([{ kind: "touch", id: 2, phase: "cancel", x: 0.5, y: 0.5, pressure: 0 }]);
});

test("a finger that no edge has brought yet is not moved", () => {
  expect(play([state(1, 0, [{ id: 0, x: 0.1, y: 0.1, pressure: 1 }])])[1]).toEqual([]);
});

test("letting go of everything lifts every finger once", () => {
  const [held] = play([{ seq: 1, edges: [down(0, 0.1, 0.2), down(1, 0.3, 0.4)] }]);
  const [after, actions] = releaseAll(held);
  expect(actions).toEqual([
    { kind: "touch", id: 0, phase: "cancel", x: 0.1, y: 0.2, pressure: 0 },
    { kind: "touch", id: 1, phase: "cancel", x: 0.3, y: 0.4, pressure: 0 },
  ]);
  expect(releaseAll(after)[1]).toEqual([]);
});
