// How a session leaves a node that died, fell silent or hands it on; and when it does not.

import { describe, expect, test } from "vitest";
import {
  NOW, offer, lease, taken, metered, queued, starting, rejoining, streaming, held, moving, again,
  ending, save, release, over, stop, movingTold,
} from "../testing/session-states.ts";
import { HOLD_MS, NODE_QUIET_MS, STALL_FRESH_MS } from "./limits.ts";
import { deadlineOf } from "./session.ts";
import type { SessionEvent } from "./session-events.ts";
import { transition } from "./transition.ts";

describe("a node that died", () => {
  const stalled = (nodeLinked: boolean): SessionEvent => ({ type: "player-stalled", nodeLinked });

  test("is known at once when its link is down and the player sees nothing", () => {
    expect(transition(streaming, stalled(false), NOW)).toEqual([again, [release, movingTold, save]]);
    expect(transition(starting, stalled(false), NOW)[0].state).toBe("queued");
  });

  test("is known when the link goes after the player had said so; what is metered ends there", () => {
    const [waiting, effects] = transition(streaming, stalled(true), NOW);
    expect([waiting, effects]).toEqual([{ ...streaming, stalledAtMs: NOW }, []]);
    const [after] = transition(waiting, { type: "node-unlinked", nodeId: "n1" }, NOW + 3_000);
    expect(after).toMatchObject({ state: "queued", played: metered, moves: 1 });
    expect(transition(waiting, { type: "node-unlinked", nodeId: "n2" }, NOW)).toEqual([waiting, []]);
    expect(transition(waiting, { type: "node-unlinked", nodeId: "n1" }, NOW + STALL_FRESH_MS + 1)).toEqual([waiting, []]);
  });

  test("is not suspected for a link alone, nor for a stall that is over", () => {
    expect(transition(streaming, { type: "node-unlinked", nodeId: "n1" }, NOW)).toEqual([streaming, []]);
    const [waiting] = transition(streaming, stalled(true), NOW);
    expect(transition(waiting, { type: "connected" }, NOW)).toEqual([streaming, []]);
  });

  test("costs its player nothing while there is no node: the meter runs on from the next frame", () => {
    const [there] = transition(again, { ...taken, type: "slots-taken" } as SessionEvent, NOW + 1_000);
    const [on] = transition(there, { type: "first-frame-shown" }, NOW + 4_000);
    expect(on).toMatchObject({ state: "streaming", moves: 0, played: { ...metered, runningSinceMs: NOW + 4_000 } });
    const [over_] = transition(on, { type: "player-left" }, NOW + 10_000);
    expect(over_).toMatchObject({ played: { sinceMs: 500, meteredMs: NOW - 500 + 6_000, runningSinceMs: undefined } });
  });

  test("and no other in time: the end is the host's, not the network's", () => {
    expect(transition({ ...again, deadlineMs: NOW }, { type: "deadline-passed" }, NOW)[0]).toMatchObject({
      end: { reason: "node-lost" },
    });
  });
});

describe("a node that says nothing of what it is to start", () => {
  const later = NOW + NODE_QUIET_MS;

  test("is asked whether it is there, and again as long as it is quiet", () => {
    expect(deadlineOf(starting)).toBe(later);
    const [asking, effects] = transition(starting, { type: "deadline-passed" }, later);
    expect(effects).toEqual([{ type: "ask-node", lease }]);
    expect([asking, deadlineOf(asking)]).toEqual([{ ...starting, askAtMs: later + NODE_QUIET_MS }, later + NODE_QUIET_MS]);
    expect(transition(starting, { type: "deadline-passed" }, later - 1)).toEqual([starting, []]);
  });

  test("is not asked again for a while after each word", () => {
    for (const word of [{ type: "progressed", epoch: 7, step: "title-started" }, { type: "offered", epoch: 7, offer }] as const) {
      expect(deadlineOf(transition(starting, word, NOW + 3_000)[0])).toBe(NOW + 3_000 + NODE_QUIET_MS);
      expect(deadlineOf(transition(starting, { ...word, epoch: 6 }, NOW + 3_000)[0])).toBe(later);
    }
  });

  test("loses the session to another when it does not answer, and keeps it when it has spoken meanwhile", () => {
    const silent = { type: "node-silent", epoch: 7 } as const;
    const [moved, effects] = transition(starting, silent, later);
    expect([moved.state, effects]).toEqual(["queued", [release, { type: "tell-moving", reason: "node-lost" }, save]]);
    // What a player had of it on a path that was made anew is metered until the node's last word.
    expect(transition(rejoining, silent, later)[0].played).toEqual(metered);
    expect(transition({ ...starting, heardAtMs: NOW + 1 }, silent, later)[1]).toEqual([]);
    expect(transition(starting, { ...silent, epoch: 6 }, later)).toEqual([starting, []]);
    expect(transition(streaming, silent, later)).toEqual([streaming, []]);
  });
});

describe("handed on by its node", () => {
  const wanted: SessionEvent = { type: "move-wanted", reason: "better-node" };

  test("it is closed there first, so that the save is kept, and then placed again", () => {
    expect(transition(streaming, wanted, NOW)).toEqual([
      moving,
      [{ type: "tell-moving", reason: "better-node" }, stop("node-drained"), save],
    ]);
    expect(transition(moving, { type: "node-ended", epoch: 7, reason: "node-drained", detail: undefined }, NOW)).toEqual([
      again,
      [release, save],
    ]);
    expect(transition(moving, { type: "node-lost", nodeId: "n1" }, NOW)[0]).toEqual(again);
    expect(transition({ ...moving, deadlineMs: NOW }, { type: "deadline-passed" }, NOW)[0]).toEqual(again);
  });

  test("only what is being played is moved", () => {
    for (const session of [queued, starting, held, ending]) expect(transition(session, wanted, NOW)).toEqual([session, []]);
  });

  test("a player who leaves meanwhile has left, and one who drops may come back", () => {
    expect(transition(moving, { type: "player-left" }, NOW)).toEqual([
      { ...ending, deadlineMs: moving.deadlineMs },
      [over("player-left"), save],
    ]);
    const [away] = transition(moving, { type: "player-lost" }, NOW);
    expect(transition(away, { type: "node-lost", nodeId: "n1" }, NOW)[0]).toMatchObject({ absentUntilMs: NOW + HOLD_MS });
    expect(transition(away, { type: "connected" }, NOW)).toEqual([moving, []]);
  });
});
