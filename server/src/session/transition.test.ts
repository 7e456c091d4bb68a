import { describe, expect, test } from "vitest";
import { END_REASONS, EndReason } from "@nearframe/shared/session/end-reasons";
import {
  NOW, START_LIMIT_MS, offer, lease, taken, played, metered, queued, absent, starting, rejoining, streaming, held,
  heldEarly, again, ending, ended, save, release, over, stop, movingTold, asked, done,
} from "../testing/session-states.ts";
import { HOLD_MS, MOVES_MAX, NODE_WAIT_MS, REJOIN_MS } from "./limits.ts";
import {
  deadlineOf, queuedSession, restoredSession, type HeldSession, type Played, type Session, type StartingSession,
  type StreamingSession,
} from "./session.ts";
import type { SessionEffect, SessionEvent } from "./session-events.ts";
import { transition } from "./transition.ts";

type Row = [name: string, before: Session, event: SessionEvent, after: Session, effects: SessionEffect[]];

const rows: Row[] = [
  // In line.
  [
    "a session in line that gets a node starts there",
    queued,
    taken,
    { ...starting, steps: ["placed"] },
    [{ type: "start-on-node", lease }, { type: "tell-progress", step: "placed" }, save],
  ],
  [
    "a slot for a player who is away goes back",
    absent,
    taken,
    absent,
    [release],
  ],
  [
    "a player who waits without hope waits longer once a node could do it",
    { ...queued, deadlineMs: NOW + NODE_WAIT_MS },
    { type: "node-appeared" },
    queued,
    [],
  ],
  ["leaving the line is the end, and no node is troubled", queued, { type: "player-left" }, done("player-left", undefined), [over("player-left"), save]],
  ["a lost socket keeps the place for a moment", queued, { type: "player-lost" }, absent, []],
  ["coming back in time keeps the place", absent, { type: "player-returned" }, queued, []],
  ["the server's stop ends the waiting", queued, { type: "server-stopped" }, done("server-stopped", undefined), [over("server-stopped"), save]],

  // Starting.
  [
    "what the node has done is shown",
    starting,
    { type: "progressed", epoch: 7, step: "title-started" },
    { ...starting, steps: [...starting.steps, "title-started"] },
    [{ type: "tell-progress", step: "title-started" }],
  ],
  ["the same step twice is shown once", starting, { type: "progressed", epoch: 7, step: "display-started" }, starting, []],
  ["the offer goes to the player", starting, { type: "offered", epoch: 7, offer }, starting, [{ type: "tell-offer", epoch: 7, offer, probe: false }]],
  ["a connected path alone is not yet a picture", starting, { type: "connected" }, starting, []],
  ["with the first frame it streams", starting, { type: "first-frame-shown" }, { ...streaming, played: { sinceMs: NOW, meteredMs: 0, runningSinceMs: NOW } }, [save]],
  ["a player who came back has played since the first time", rejoining, { type: "first-frame-shown" }, streaming, [save]],
  ["a player lost while it starts is waited for", starting, { type: "player-lost" }, heldEarly, [save]],
  [
    "another device takes over while it starts: new transports, the other steps stand",
    { ...starting, steps: [...starting.steps, "connected"] },
    { type: "player-returned" },
    { ...starting, steps: ["placed", "display-started"] },
    [
      { type: "tell-progress", step: "placed" },
      { type: "tell-progress", step: "display-started" },
      { type: "rejoin-on-node", lease },
      save,
    ],
  ],
  ["leaving while it starts stops it", starting, { type: "player-left" }, asked("player-left", undefined), [over("player-left"), stop("player-left"), save]],
  [
    "a network without a media path ends it, and says why",
    starting,
    { type: "media-unreachable", epoch: 7, nodeLinked: true, detail: "no candidate pair" },
    asked("media-unreachable", undefined, "no candidate pair"),
    [over("media-unreachable", "no candidate pair"), stop("media-unreachable"), save],
  ],
  ["the server's stop ends what was never played", starting, { type: "server-stopped" }, asked("server-stopped", undefined), [over("server-stopped"), stop("server-stopped"), save]],
  ["the server's stop leaves what was played before", rejoining, { type: "server-stopped" }, rejoining, []],

  // Streaming.
  ["media outlives the server's stop", streaming, { type: "server-stopped" }, streaming, []],
  ["a lost socket holds it", streaming, { type: "player-lost" }, held, [save]],
  [
    "taken over by another device, it makes new transports",
    streaming,
    { type: "player-returned" },
    { ...rejoining, deadlineMs: NOW + REJOIN_MS },
    [{ type: "rejoin-on-node", lease }, save],
  ],
  ["a late offer still reaches the player", streaming, { type: "offered", epoch: 7, offer }, streaming, [{ type: "tell-offer", epoch: 7, offer, probe: false }]],
  ["late steps are of no interest", streaming, { type: "progressed", epoch: 7, step: "first-picture" }, streaming, []],
  ["connecting again changes nothing", streaming, { type: "connected" }, streaming, []],
  ["leaving stops it", streaming, { type: "player-left" }, asked("player-left", metered), [over("player-left"), stop("player-left"), save]],
  [
    "a media path that died for good ends it",
    streaming,
    { type: "media-unreachable", epoch: 7, nodeLinked: true, detail: "gone" },
    asked("media-unreachable", metered, "gone"),
    [over("media-unreachable", "gone"), stop("media-unreachable"), save],
  ],
  [
    "a media path that died with its node is no end: another node takes over",
    streaming,
    { type: "media-unreachable", epoch: 7, nodeLinked: false, detail: "gone" },
    again,
    [release, { type: "tell-moving", reason: "node-lost" }, save],
  ],
  ["what a player says of a node that the session has left changes nothing", streaming, { type: "media-unreachable", epoch: 6, nodeLinked: true, detail: "gone" }, streaming, []],
  [
    "whoever asked for new transports, since nothing came, and whose node is found silent, is moved",
    { ...rejoining, stalledAtMs: NOW },
    { type: "node-unlinked", nodeId: "n1" },
    again,
    [release, { type: "tell-moving", reason: "node-lost" }, save],
  ],
  ["a new path that came up is no dead node's", { ...rejoining, stalledAtMs: NOW }, { type: "connected" }, rejoining, []],
  ["a link that goes while a title starts may come back", starting, { type: "node-unlinked", nodeId: "n1" }, starting, []],

  // Held.
  ["the control link comes back and media never stopped: on with it", held, { type: "connected" }, streaming, [save]],
  ["the same before the first frame: it goes on starting", heldEarly, { type: "connected" }, starting, []],
  [
    "a player who comes back gets new transports",
    held,
    { type: "player-returned" },
    { ...rejoining, deadlineMs: NOW + REJOIN_MS },
    [{ type: "rejoin-on-node", lease }, save],
  ],
  ["an offer for nobody is dropped", held, { type: "offered", epoch: 7, offer }, held, []],
  ["steps done meanwhile are kept for the return", heldEarly, { type: "progressed", epoch: 7, step: "sound-started" }, { ...heldEarly, steps: [...starting.steps, "sound-started"] }, []],
  ["the player may leave what they dropped", held, { type: "player-left" }, asked("player-left", metered), [over("player-left"), stop("player-left"), save]],
  ["a held session outlives the server's stop", held, { type: "server-stopped" }, held, []],

  // Ending.
  ["the node has closed it: the slot is free", ending, { type: "node-ended", epoch: 7, reason: "player-left", detail: undefined }, ended, [release]],
  ["the node's reason does not replace the first", ending, { type: "node-ended", epoch: 7, reason: "title-crashed", detail: "x" }, ended, [release]],
  ["the node went away while closing: the slot is free", ending, { type: "node-lost", nodeId: "n1" }, ended, [release]],
  ["a player who leaves twice has left once", ending, { type: "player-left" }, ending, []],
  ["nobody comes back to what is ending", ending, { type: "player-returned" }, ending, []],
];

test.each(rows)("%s", (_name, before, event, after, effects) => {
  expect(transition(before, event, NOW)).toEqual([after, effects]);
});

describe("the node ends a session", () => {
  const GONE = new Set<EndReason>([EndReason.NodeLost, EndReason.NodeDrained]);
  const placed: [string, StartingSession | StreamingSession | HeldSession, Played | undefined][] = [
    ["starting", starting, undefined],
    ["streaming", streaming, metered],
    ["held", held, metered],
  ];
  for (const [state, session, left] of placed) {
    test.each(END_REASONS.filter((reason) => !GONE.has(reason)))(
      `${state}: %s is passed on as it is, and the slot is free`,
      (reason) => {
        expect(transition(session, { type: "node-ended", epoch: 7, reason, detail: "d" }, NOW)).toEqual([
          done(reason, left, "d"),
          [over(reason, "d"), release, save],
        ]);
      },
    );
    test(`${state}: what is said under another lease changes nothing`, () => {
      const crashed = { type: "node-ended", epoch: 6, reason: EndReason.TitleCrashed, detail: undefined } as const;
      expect(transition(session, crashed, NOW)).toEqual([session, []]);
      expect(transition(session, { type: "lease-lost", epoch: 6 }, NOW)).toEqual([session, []]);
      expect(transition(session, { type: "offered", epoch: 6, offer }, NOW)).toEqual([session, []]);
      expect(transition(session, { type: "progressed", epoch: 6, step: "title-started" }, NOW)).toEqual([session, []]);
      expect(transition(session, { type: "node-lost", nodeId: "n2" }, NOW)).toEqual([session, []]);
    });
    const absentUntilMs = state === "held" ? NOW + HOLD_MS : undefined;
    test(`${state}: its node is lost, and it is placed again before all others`, () => {
      expect(transition(session, { type: "node-lost", nodeId: "n1" }, NOW)).toEqual([
        { ...again, played: left, absentUntilMs },
        [release, movingTold, save],
      ]);
    });
    test(`${state}: its node is told to stop, and another goes on with the save`, () => {
      const event = { type: "node-ended", epoch: 7, reason: EndReason.NodeDrained, detail: undefined } as const;
      expect(transition(session, event, NOW)).toEqual([
        { ...again, played: left, absentUntilMs },
        [release, { type: "tell-moving", reason: "node-drained" }, save],
      ]);
    });
    test(`${state}: the slot is somebody else's now, so the node is told to let go`, () => {
      const [after, effects] = transition(session, { type: "lease-lost", epoch: 7 }, NOW);
      expect(after.state).toBe("queued");
      expect(effects).toEqual([stop("taken-over"), release, movingTold, save]);
    });
    test(`${state}: after so many lost nodes in a row it is over`, () => {
      expect(transition({ ...session, moves: MOVES_MAX }, { type: "node-lost", nodeId: "n1" }, NOW)).toEqual([
        done("node-lost", left),
        [over("node-lost"), release, save],
      ]);
    });
  }
});

describe("deadlines", () => {
  const late: [string, Session, Session, SessionEffect[]][] = [
    [
      "in line for too long",
      { ...queued, deadlineMs: NOW },
      done("no-node", undefined, "no node had a free slot in time"),
      [over("no-node", "no node had a free slot in time"), save],
    ],
    ["away from the line for too long", { ...absent, absentUntilMs: NOW }, done("player-lost", undefined), [over("player-lost"), save]],
    [
      "too slow to start",
      { ...starting, deadlineMs: NOW },
      asked("start-timeout", undefined, "the last step that was done in time: display-started"),
      [
        over("start-timeout", "the last step that was done in time: display-started"),
        stop("start-timeout"),
        save,
      ],
    ],
    ["held for too long", { ...held, untilMs: NOW }, asked("player-lost", metered), [over("player-lost"), stop("player-lost"), save]],
    ["a node that does not say that it closed", { ...ending, deadlineMs: NOW }, ended, [release]],
  ];
  test.each(late)("%s", (_name, session, after, effects) => {
    expect(deadlineOf(session)).toBe(NOW);
    expect(transition(session, { type: "deadline-passed" }, NOW)).toEqual([after, effects]);
    // A timer that fires early changes nothing.
    expect(transition(session, { type: "deadline-passed" }, NOW - 1)).toEqual([session, []]);
  });

  test("what streams or has ended waits for nothing", () => {
    expect([streaming, ended].map(deadlineOf)).toEqual([undefined, undefined]);
  });

  test("a new session waits as long as it is told, a restored one as long as a dropped one", () => {
    expect(deadlineOf(queuedSession(NOW, 7))).toBe(NOW + 7);
    expect(restoredSession(lease, played, START_LIMIT_MS, NOW)).toEqual(held);
    expect(restoredSession(lease, undefined, START_LIMIT_MS, NOW)).toEqual({ ...heldEarly, steps: [] });
  });
});

describe("a title that has not drawn yet keeps its whole time", () => {
  const back: SessionEvent = { type: "player-returned" };
  const lost: SessionEvent = { type: "player-lost" };

  test("so that its node tells that it hangs, whatever its player does meanwhile", () => {
    const [reloaded] = transition(starting, back, NOW + 5_000);
    const [away] = transition(reloaded, lost, NOW + 6_000);
    const [again_] = transition(away, back, NOW + 7_000);
    expect([reloaded, again_]).toMatchObject([{ deadlineMs: starting.deadlineMs }, { deadlineMs: starting.deadlineMs }]);
    const end_ = { type: "node-ended", epoch: 7, reason: EndReason.TitleNeverDrew, detail: undefined } as const;
    expect(transition(again_, end_, NOW + START_LIMIT_MS - 1)[0]).toMatchObject({ end: { reason: "title-never-drew" } });
  });

  test("but a path made late has time of its own, and one to a title that has drawn no other", () => {
    const lateMs = NOW + START_LIMIT_MS - 1;
    expect(transition(starting, back, lateMs)[0]).toMatchObject({ deadlineMs: lateMs + REJOIN_MS });
    const [drawn] = transition(starting, { type: "progressed", epoch: 7, step: "first-picture" }, NOW);
    expect(transition(drawn, back, NOW)[0]).toMatchObject({ deadlineMs: NOW + REJOIN_MS, startUntilMs: undefined });
  });
});
