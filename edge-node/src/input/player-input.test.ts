import { Scope } from "@nearframe/shared/lifetime";
import { writeInput, type InputState } from "@nearframe/shared/input/messages";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createPlayerInput } from "./player-input.ts";
import type { InputAction } from "./ports.ts";
import { QUIET_MS_MAX } from "./quiet-watch.ts";

const W = 17;
let scope: Scope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
});
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function setUp() {
  const done: InputAction[] = [];
  const sink = { lacks: {}, apply: async (actions: readonly InputAction[]) => void done.push(...actions) };
  const input = createPlayerInput({ sink, mark: { path: "", write() {} }, onProblem() {} }, scope);
  const state = (seq: number, keys: number[]): InputState => ({
    kind: "state", seq, edgeSeq: 1, pointer: undefined, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0, buttons: 0, keys, pads: [], touches: [],
  });
  return { input, done, sayState: (seq: number, keys: number[]) => input.receive(writeInput(state(seq, keys))) };
}

// A car drove on for ten seconds after its player's link had died.
test("a key is held for as long as its page is heard, and again when it is heard again", async () => {
  const { input, done, sayState } = setUp();
  input.receive(writeInput({ kind: "edges", seq: 1, edges: [{ kind: "key", key: W, down: true }] }));
  for (let seq = 2; seq < 12; seq++) {
    sayState(seq, [W]);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(done).toEqual([{ kind: "key", code: W, down: true }]);
  await vi.advanceTimersByTimeAsync(QUIET_MS_MAX);
  expect(done.at(-1)).toEqual({ kind: "key", code: W, down: false });
  sayState(12, [W]);
  sayState(13, []);
  expect(done.slice(2)).toEqual([{ kind: "key", code: W, down: true }, { kind: "key", code: W, down: false }]);
});
