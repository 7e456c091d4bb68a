import { describe, expect, test } from "vitest";
import {
  ABSENCE_TIMEOUT_MS, deadlineOf, OPEN_TIMEOUT_MS, openSession, PREPARED_TIMEOUT_MS, prepareSession, transition,
  type Session, type SessionEffect, type SessionEvent,
} from "./transition.ts";

function play(events: [atMs: number, event: SessionEvent][], from: Session = openSession(0)): [Session, SessionEffect[]] {
  let session = from;
  const effects: SessionEffect[] = [];
  for (const [atMs, event] of events) {
    const [next, more] = transition(session, event, atMs);
    session = next;
    effects.push(...more);
  }
  return [session, effects];
}

const started: SessionEvent = { type: "title-started", startTimeoutMs: 10_000 };
const exit = (code: number | null, signal: string | null = null): SessionEvent => ({
  type: "title-exited", code, signal, lastOutput: "last words",
});
const running = play([[0, started], [500, { type: "first-picture" }], [600, { type: "player-connected" }]])[0];

describe("how a session ends", () => {
  const table: [string, Session, SessionEvent, string][] = [
    ["a title that quits by itself", running, exit(0), "title-exited"],
    ["a title that fails", running, exit(1), "title-crashed"],
    ["a title that is killed", running, exit(null, "SIGSEGV"), "title-crashed"],
    ["a title that ends before it drew", openSession(0), exit(0), "title-never-drew"],
    ["a title that crashes before it drew", openSession(0), exit(139), "title-crashed"],
    ["a command that is not there", openSession(0), { type: "title-command-missing", detail: "no doom" }, "title-command-missing"],
    ["a display that dies", running, { type: "part-failed", part: "display", detail: "gone" }, "node-failed"],
    ["a player who leaves", running, { type: "stop-asked", reason: "player-left" }, "player-left"],
    ["a node that is told to stop", openSession(0), { type: "stop-asked", reason: "node-drained" }, "node-drained"],
  ];
  for (const [name, from, event, reason] of table) {
    test(`${name}: ${reason}`, () => {
      const [closing, effects] = transition(from, event, 1_000);
      expect(closing).toMatchObject({ state: "closing", reason });
      expect(effects).toEqual([{ type: "release-input" }, { type: "close-all" }]);
      const [closed, last] = transition(closing, { type: "all-closed" }, 1_200);
      expect(closed).toEqual({ state: "closed" });
      expect(last).toMatchObject([{ type: "report-end", reason }]);
    });
  }

  test("a title that used more than it may ends its session with what that was, whatever it exited with", () => {
    const exceeded = "the title used more than its 224 MB of memory";
    for (const event of [exit(0), exit(null, "SIGKILL")]) {
      const [, effects] = play([[1_000, { ...event, exceeded } as SessionEvent], [1_100, { type: "all-closed" }]], running);
      expect(effects.at(-1)).toEqual({ type: "report-end", reason: "title-crashed", detail: exceeded });
    }
  });

  test("the first end stands, whatever fails while things close", () => {
    const [session, effects] = play(
      [[1_000, exit(1)], [1_001, { type: "part-failed", part: "pipeline", detail: "killed" }], [1_002, exit(0)], [1_100, { type: "all-closed" }]],
      running,
    );
    expect(session).toEqual({ state: "closed" });
    expect(effects.filter(({ type }) => type === "report-end")).toMatchObject([{ reason: "title-crashed" }]);
  });

  test("after the end nothing more is said", () => {
    const [closed] = play([[0, exit(1)], [1, { type: "all-closed" }]]);
    for (const event of [started, exit(0), { type: "all-closed" }, { type: "player-connected" }] as SessionEvent[]) {
      expect(transition(closed, event, 5)).toEqual([closed, []]);
    }
  });
});

describe("deadlines", () => {
  test("a machine where nothing opens is given up", () => {
    const [session] = play([[OPEN_TIMEOUT_MS, { type: "deadline-passed" }]]);
    expect(session).toMatchObject({ state: "closing", reason: "node-failed" });
  });

  test("a title that never draws has its own time, from when it started", () => {
    const [waiting] = play([[4_000, started], [13_999, { type: "deadline-passed" }]]);
    expect(waiting.state).toBe("opening");
    expect(deadlineOf(waiting)).toBe(14_000);
    expect(play([[14_000, { type: "deadline-passed" }]], waiting)[0]).toMatchObject({ reason: "title-never-drew" });
  });

  test("a picture before the title's process is reported counts as well", () => {
    const [session, effects] = play([[100, { type: "first-picture" }], [101, started], [60_000, { type: "deadline-passed" }]]);
    expect(session.state).toBe("running");
    expect(effects).toEqual([
      { type: "report-step", step: "first-picture" },
      { type: "report-step", step: "title-started" },
    ]);
  });

  // It once counted as absent for ever, and its session ended after three minutes of play.
  test("a player who connected before the first picture is there", () => {
    const [session] = play([[0, { type: "player-connected" }], [300, { type: "first-picture" }]]);
    expect(deadlineOf(session)).toBeUndefined();
    const [gone] = play([[0, { type: "player-connected" }], [100, { type: "player-disconnected" }], [300, { type: "first-picture" }]]);
    expect(deadlineOf(gone)).toBe(300 + ABSENCE_TIMEOUT_MS);
  });

  test("while the player is there, there is none", () => expect(deadlineOf(running)).toBeUndefined());

  test("a player who is gone is waited for, with all input released, then the session ends", () => {
    const [absent, effects] = transition(running, { type: "player-disconnected" }, 1_000);
    expect(effects).toEqual([{ type: "release-input" }]);
    expect(deadlineOf(absent)).toBe(1_000 + ABSENCE_TIMEOUT_MS);
    expect(play([[2_000, { type: "player-connected" }]], absent)[0]).toMatchObject({ player: { present: true } });
    expect(play([[1_000 + ABSENCE_TIMEOUT_MS, { type: "deadline-passed" }]], absent)[0]).toMatchObject({ reason: "player-lost" });
  });
});

describe("a candidate", () => {
  const step = (name: "transports-opened"): SessionEvent => ({ type: "step-done", step: name });

  test("says how far it is only when it is chosen, and opens the rest then", () => {
    const from = prepareSession(0);
    const [ready, before] = play([[10, step("transports-opened")], [200, { type: "player-connected" }], [210, { type: "player-connected" }]], from);
    expect(before).toEqual([]);
    const [opening, effects] = transition(ready, { type: "start-asked" }, 300);
    expect(opening).toEqual({ state: "opening", deadlineMs: 300 + OPEN_TIMEOUT_MS, titleStarted: false, playerPresent: true });
    expect(effects).toEqual([
      { type: "report-step", step: "transports-opened" }, { type: "report-step", step: "connected" }, { type: "open-title" },
    ]);
    expect(transition(opening, { type: "start-asked" }, 301)).toEqual([opening, []]);
    expect(deadlineOf(play([[400, { type: "first-picture" }]], opening)[0])).toBeUndefined();
  });

  test("that is never started ends by itself", () => {
    const from = prepareSession(1_000);
    expect(deadlineOf(from)).toBe(1_000 + PREPARED_TIMEOUT_MS);
    const [session] = play([[1_000 + PREPARED_TIMEOUT_MS, { type: "deadline-passed" }]], from);
    expect(session).toMatchObject({ state: "closing", reason: "server-stopped" });
  });

  test("that was not chosen ends at once", () => {
    expect(transition(prepareSession(0), { type: "stop-asked", reason: "server-stopped" }, 5)[0]).toMatchObject({ state: "closing" });
  });
});
