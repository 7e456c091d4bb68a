import { describe, expect, test } from "vitest";
import type { InputEdge, InputState } from "@nearframe/shared/input/messages";
import { applyInput, NOTHING_HELD, releaseAll, type Held } from "./held.ts";
import type { InputAction } from "./ports.ts";

const [A, W, SHIFT] = [30, 17, 42];

function state(part: Partial<InputState>): InputState {
  return {
    kind: "state", seq: 1, edgeSeq: 0, pointer: undefined, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
    buttons: 0, keys: [], pads: [], touches: [], ...part,
  };
}
const edges = (seq: number, ...list: InputEdge[]) => ({ kind: "edges" as const, seq, edges: list });
const key = (code: number, down: boolean): InputEdge => ({ kind: "key", key: code, down });

function play(...messages: Parameters<typeof applyInput>[1][]): [Held, InputAction[]] {
  let held = NOTHING_HELD;
  const actions: InputAction[] = [];
  for (const message of messages) {
    const [next, more] = applyInput(held, message);
    held = next;
    actions.push(...more);
  }
  return [held, actions];
}

describe("edges", () => {
  test("press and release come through in order, each once", () => {
    const [held, actions] = play(edges(1, key(A, true)), edges(2, key(A, true)), edges(3, key(A, false)));
    expect(actions).toEqual([
      { kind: "key", code: A, down: true },
      { kind: "key", code: A, down: false },
    ]);
    expect(held.keys).toEqual([]);
  });

  test("a click lands where it was made, even if the motion to it was lost", () => {
    const [, actions] = play(edges(1, { kind: "button", button: 0, down: true, at: { x: 0.25, y: 0.5 } }));
    expect(actions).toEqual([
      { kind: "move-to", x: 0.25, y: 0.5 },
      { kind: "button", button: 0, down: true },
    ]);
  });

  test("the first finger works the pointer; a second one does not disturb it", () => {
    const finger = (id: number, phase: "down" | "up"): InputEdge => ({ kind: "touch", id, phase, x: 0.5, y: 0.5 });
    const [held, actions] = play(edges(1, finger(0, "down"), finger(1, "down"), finger(1, "up"), finger(0, "up")));
    expect(actions.filter(({ kind }) => kind === "button")).toEqual([
      { kind: "button", button: 0, down: true },
      { kind: "button", button: 0, down: false },
    ]);
    expect(held.finger).toBeUndefined();
  });

  test("release-all lets go of keys and buttons", () => {
    const [held, actions] = play(
      edges(1, key(A, true), { kind: "button", button: 2, down: true, at: undefined }),
      edges(2, { kind: "release-all" }),
    );
    expect(actions.slice(2)).toEqual([
      { kind: "key", code: A, down: false },
      { kind: "button", button: 2, down: false },
    ]);
    expect(held).toMatchObject({ keys: [], buttons: 0 });
  });
});

describe("states", () => {
  test("an older state that arrives late changes nothing", () => {
    const [, actions] = play(state({ seq: 5, dxTotal: 10 }), state({ seq: 4, dxTotal: 4, keys: [A] }));
    expect(actions).toEqual([{ kind: "move-by", dx: 10, dy: 0 }]);
  });

  test("motion is the difference of totals, so a lost state loses none", () => {
    const [, actions] = play(state({ seq: 1, dxTotal: 3 }), state({ seq: 9, dxTotal: -7, dyTotal: 2 }));
    expect(actions).toEqual([
      { kind: "move-by", dx: 3, dy: 0 },
      { kind: "move-by", dx: -10, dy: 2 },
    ]);
  });

  test("totals wrap without a jump", () => {
    const held: Held = { ...NOTHING_HELD, dxTotal: 2 ** 31 - 1, stateSeq: 1 };
    expect(applyInput(held, state({ seq: 2, dxTotal: -(2 ** 31) }))[1]).toEqual([{ kind: "move-by", dx: 1, dy: 0 }]);
  });

  test("wheel comes in whole notches and keeps the rest", () => {
    const [, actions] = play(
      state({ seq: 1, wheelYTotal: 100 }), state({ seq: 2, wheelYTotal: 200 }), state({ seq: 3, wheelYTotal: 360 }),
    );
    expect(actions).toEqual([
      { kind: "wheel", dx: 0, dy: 1 },
      { kind: "wheel", dx: 0, dy: 2 },
    ]);
  });

  test("a release whose edge is still on its way is seen in the state", () => {
    const [held, actions] = play(edges(1, key(A, true)), state({ seq: 3, edgeSeq: 2, keys: [] }), edges(2, key(A, false)));
    expect(actions).toEqual([
      { kind: "key", code: A, down: true },
      { kind: "key", code: A, down: false },
    ]);
    expect(held.keys).toEqual([]);
  });

  test("a state made before an edge that was already applied does not undo it", () => {
    const [held] = play(edges(5, key(A, true)), state({ seq: 4, edgeSeq: 0, keys: [] }));
    expect(held.keys).toEqual([A]);
  });

  test("a tap whose edges come late is still a tap", () => {
    const [, actions] = play(state({ seq: 4, edgeSeq: 3, keys: [] }), edges(2, key(W, true)), edges(3, key(W, false)));
    expect(actions).toEqual([
      { kind: "key", code: W, down: true },
      { kind: "key", code: W, down: false },
    ]);
  });

  // The edges' packet is lost and sent again: the states have pressed and released by then.
  test("a tap that states did is not done again by its late edges", () => {
    const button = (down: boolean): InputEdge => ({ kind: "button", button: 0, down, at: { x: 0.9, y: 0.9 } });
    const [held, actions] = play(
      state({ seq: 2, edgeSeq: 1, keys: [A], buttons: 1 }), state({ seq: 4, edgeSeq: 3 }),
      edges(1, key(A, true), button(true)), edges(3, key(A, false), button(false)),
    );
    expect(actions).toEqual([
      { kind: "key", code: A, down: true },
      { kind: "button", button: 0, down: true },
      { kind: "key", code: A, down: false },
      { kind: "button", button: 0, down: false },
    ]);
    expect(held).toMatchObject({ keys: [], buttons: 0, ahead: [] });
  });

  test("what is held over a change of paths is not confused with what is pressed after it", () => {
    const [held, actions] = play(
      state({ seq: 9, edgeSeq: 7, keys: [A] }), state({ seq: 12, edgeSeq: 11, keys: [] }), state({ seq: 14, edgeSeq: 13, keys: [A] }),
      edges(11, key(A, false)), edges(13, key(A, true)),
    );
    expect(actions.map((action) => action.kind === "key" && action.down)).toEqual([true, false, true]);
    expect(held.keys).toEqual([A]);
  });

  test("however the two channels lose and delay, each press is one press, and what is held at last is right", () => {
    let seed = 7;
    const next = (below: number) => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1) % below;
    for (let round = 0; round < 300; round++) {
      const arrivals: { atMs: number; message: Parameters<typeof applyInput>[1] }[] = [];
      const made = new Map([[A, 0], [W, 0]]);
      let keys: number[] = [];
      let edgesAtMs = 0;
      for (let seq = 1; seq < 30; seq += 2) {
        const code = next(2) === 0 ? A : W;
        const down = !keys.includes(code);
        keys = down ? [...keys, code] : keys.filter((each) => each !== code);
        if (down) made.set(code, (made.get(code) ?? 0) + 1);
        // In order and never lost, but late; the states in any order, or not at all.
        edgesAtMs = Math.max(edgesAtMs, 30 * seq + (next(4) === 0 ? next(400) : 1));
        arrivals.push({ atMs: edgesAtMs, message: edges(seq, key(code, down)) });
        if (next(3) > 0) arrivals.push({ atMs: 30 * seq + next(60), message: state({ seq: seq + 1, edgeSeq: seq, keys }) });
      }
      const messages = arrivals.toSorted((a, b) => a.atMs - b.atMs).map(({ message }) => message);
      const [held, actions] = play(...messages);
      const pressed = (code: number) => actions.filter((action) => action.kind === "key" && action.code === code && action.down).length;
      expect([pressed(A), pressed(W)]).toEqual([made.get(A), made.get(W)]);
      expect(new Set(held.keys)).toEqual(new Set(keys));
    }
  });

  test("modifiers go down before what they modify and come up after it", () => {
    const [, actions] = play(state({ seq: 1, keys: [A, SHIFT] }), state({ seq: 2, keys: [] }));
    expect(actions.map((action) => (action.kind === "key" ? [action.code, action.down] : action))).toEqual([
      [SHIFT, true], [A, true], [A, false], [SHIFT, false],
    ]);
  });

  test("a finger that vanished without an edge lets go", () => {
    const down = edges(1, { kind: "touch", id: 0, phase: "down", x: 0.1, y: 0.1 });
    const [held, actions] = play(
      down, state({ seq: 2, edgeSeq: 1, touches: [{ id: 0, x: 0.2, y: 0.1, pressure: 1 }] }), state({ seq: 3, edgeSeq: 1 }),
    );
    expect(actions.at(-1)).toEqual({ kind: "button", button: 0, down: false });
    expect(held).toMatchObject({ finger: undefined, buttons: 0 });
  });

  test("a pad is told when it changes, and goes to rest when it is gone", () => {
    const pad = { index: 0, buttons: 1, triggers: [0, 0] as const, axes: [0, 0, 0, 0] as const };
    const [, actions] = play(state({ seq: 1, pads: [pad] }), state({ seq: 2, pads: [pad] }), state({ seq: 3, pads: [] }));
    expect(actions).toMatchObject([{ kind: "pad", buttons: 1 }, { kind: "pad", buttons: 0 }]);
  });
});

test("whatever happened before, after releaseAll nothing is down", () => {
  let seed = 42;
  const next = (below: number) => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1) % below;
  for (let round = 0; round < 300; round++) {
    let held = NOTHING_HELD;
    const down = new Set<string>();
    const follow = (actions: InputAction[]) => {
      for (const action of actions) {
        if (action.kind !== "key" && action.kind !== "button") continue;
        const name = action.kind === "key" ? `key ${action.code}` : `button ${action.button}`;
        // Never a second press of what is down, nor a release of what is up.
        expect(down.has(name)).toBe(!action.down);
        if (action.down) down.add(name);
        else down.delete(name);
      }
    };
    for (let seq = 1; seq < 40; seq++) {
      const message = next(2) === 0
        ? state({ seq: next(50), edgeSeq: next(50), keys: [1 + next(5), 6 + next(5)], buttons: next(32) })
        : edges(seq, key(1 + next(10), next(2) === 0), { kind: "button", button: next(5), down: next(2) === 0, at: undefined });
      const [after, actions] = applyInput(held, message);
      held = after;
      follow(actions);
    }
    follow(releaseAll(held)[1]);
    expect([...down]).toEqual([]);
  }
});
