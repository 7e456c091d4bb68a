import { describe, expect, test } from "vitest";
import type { IdlePolicy } from "@nearframe/shared/title/idle-policy";
import { idleDeadline, idleTransition, watchIdle, type Idle, type IdleEffect, type IdleEvent } from "./idle-transition.ts";

const POLICY: IdlePolicy = { droppedS: 2, hiddenS: 30, untouchedS: 600, endsAfterS: 100 };

function run(events: readonly [atS: number, event: IdleEvent["type"]][], policy = POLICY) {
  let idle: Idle = watchIdle(0, true);
  const effects: [number, IdleEffect][] = [];
  for (const [atS, type] of events) {
    const [next, done] = idleTransition(idle, { type }, policy, atS * 1000);
    idle = next;
    for (const effect of done) effects.push([atS, effect]);
  }
  return { idle, effects, dueS: (idleDeadline(idle, policy) ?? NaN) / 1000 };
}

describe("a title that nobody plays", () => {
  test("is paused when its page is hidden for long, and goes on when it is seen", () => {
    expect(run([[10, "hidden"]]).dueS).toBe(40);
    const { effects, idle } = run([[10, "hidden"], [40, "deadline-passed"], [50, "seen"]]);
    expect(effects).toEqual([[40, { type: "pause", why: "hidden" }], [50, { type: "resume" }]]);
    expect(idle.is).toBe("awake");
  });

  test("is not paused where the player came back first", () => {
    expect(run([[10, "hidden"], [39, "seen"], [40, "deadline-passed"]]).effects).toEqual([]);
    expect(run([[1, "dropped"], [2, "connected"], [3, "deadline-passed"]]).effects).toEqual([]);
  });

  test("is paused when nothing is touched, and goes on at a touch, which starts the wait anew", () => {
    const { effects, dueS } = run([[600, "deadline-passed"], [650, "touched"]]);
    expect(effects).toEqual([[600, { type: "pause", why: "untouched" }], [650, { type: "resume" }]]);
    expect(dueS).toBe(1_250);
  });

  test("is played by a pad while the page is hidden", () => {
    expect(run([[0, "hidden"], [20, "touched"], [30, "deadline-passed"]]).effects).toEqual([]);
  });

  test("ends when it was paused for too long", () => {
    const { effects, idle, dueS } = run([[600, "deadline-passed"], [700, "deadline-passed"], [701, "touched"]]);
    expect(effects.at(-1)).toEqual([700, { type: "end" }]);
    expect(idle.is).toBe("ended");
    expect(dueS).toBeNaN();
  });

  // The server says how long a dropped player's session is held; two ends would have two reasons.
  test("of a player who dropped is paused, and ended by others", () => {
    const { effects, idle, dueS } = run([[1, "dropped"], [3, "deadline-passed"], [500, "deadline-passed"]]);
    expect(effects).toEqual([[3, { type: "pause", why: "dropped" }]]);
    expect(idle.is).toBe("paused");
    expect(dueS).toBeNaN();
  });

  test("goes on for one who comes back, whatever it was paused for", () => {
    const { effects } = run([[0, "hidden"], [30, "deadline-passed"], [40, "dropped"], [50, "connected"]]);
    expect(effects).toEqual([[30, { type: "pause", why: "hidden" }], [50, { type: "resume" }]]);
  });

  test("is not woken by a late word of one who dropped", () => {
    expect(run([[0, "dropped"], [2, "deadline-passed"], [3, "touched"]]).effects).toHaveLength(1);
  });

  test("runs on where its publisher says so", () => {
    const policy: IdlePolicy = { droppedS: undefined, hiddenS: undefined, untouchedS: undefined, endsAfterS: 100 };
    const { effects, dueS } = run([[0, "hidden"], [1, "dropped"], [9_999, "deadline-passed"]], policy);
    expect(effects).toEqual([]);
    expect(dueS).toBeNaN();
  });
});

test("one who has not come yet counts as dropped", () => {
  expect(idleDeadline(watchIdle(5_000, false), POLICY)).toBe(7_000);
});
