import { describe, expect, test } from "vitest";
import type { Offer } from "@nearframe/shared/protocol/media";
import { END_REASONS, EndReason } from "@nearframe/shared/session/end-reasons";
import { START_STEPS } from "@nearframe/shared/session/start-steps";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { HOLD_MS, MOVE_STOP_MS, MOVE_WAIT_MS, MOVES_MAX, NODE_QUIET_MS, NODE_STOP_MS, NODE_WAIT_MS, QUEUE_HOLD_MS, QUEUE_WAIT_MS, REJOIN_MS, STALL_FRESH_MS } from "./limits.ts";
import {
  deadlineOf,
  leasesOf,
  queuedSession,
  restoredSession,
  type EndingSession,
  type HeldSession,
  type MovingSession,
  type Played,
  type QueuedSession,
  type Session,
  type StartingSession,
  type StreamingSession,
} from "./session.ts";
import type { Option, SessionEffect, SessionEvent } from "./session-events.ts";
import { transition } from "./transition.ts";

const NOW = 1_000_000;
const START_LIMIT_MS = 60_000;
const offer = { media: [] } as unknown as Offer;
const lease = { nodeId: "n1", slot: 0, epoch: 7 };
const option = (of = lease): Option => ({ lease: of, estimateMs: undefined, lightMs: undefined });
const taken: SessionEvent = { type: "slots-taken", options: [option()], startLimitMs: START_LIMIT_MS };
const played: Played = { sinceMs: 500, meteredMs: 0, runningSinceMs: 500 };
/** The same once the node is left. */
const metered: Played = { sinceMs: 500, meteredMs: NOW - 500, runningSinceMs: undefined };

const queued: QueuedSession = {
  state: "queued",
  sinceMs: NOW,
  deadlineMs: NOW + QUEUE_WAIT_MS,
  absentUntilMs: undefined,
  played: undefined,
  moves: 0,
};
const absent: QueuedSession = { ...queued, absentUntilMs: NOW + QUEUE_HOLD_MS };
const starting: StartingSession = {
  state: "starting",
  lease,
  deadlineMs: NOW + START_LIMIT_MS,
  startUntilMs: NOW + START_LIMIT_MS,
  steps: ["placed", "transports-opened", "display-started"],
  heardAtMs: NOW,
  askAtMs: NOW + NODE_QUIET_MS,
  played: undefined,
  moves: 0,
  stalledAtMs: undefined,
};
const rejoining: StartingSession = { ...starting, startUntilMs: undefined, steps: [], played };
const streaming: StreamingSession = { state: "streaming", lease, played, moves: 0, stalledAtMs: undefined };
const held: HeldSession = { state: "held", lease, untilMs: NOW + HOLD_MS, steps: [], startUntilMs: undefined, played, moves: 0 };
const heldEarly: HeldSession = { ...held, startUntilMs: starting.startUntilMs, steps: starting.steps, played: undefined };
const moving: MovingSession = {
  state: "moving",
  lease,
  deadlineMs: NOW + MOVE_STOP_MS,
  absentUntilMs: undefined,
  played: metered,
  moves: 0,
};
/** Its node is gone. */
const again: QueuedSession = { ...queued, deadlineMs: NOW + MOVE_WAIT_MS, played: metered, moves: 1 };
const end = (reason: EndReason, detail?: string) => ({ reason, detail, atMs: NOW });
const ending: EndingSession = { state: "ending", lease, deadlineMs: NOW + NODE_STOP_MS, end: end("player-left"), played: metered };
const ended: Session = { state: "ended", end: end("player-left"), played: metered };

const save: SessionEffect = { type: "save" };
const release: SessionEffect = { type: "release-slot", lease };
const over = (reason: EndReason, detail?: string): SessionEffect => ({ type: "tell-end", end: end(reason, detail) });
const stop = (reason: EndReason): SessionEffect => ({ type: "stop-on-node", lease, reason });
const movingTold: SessionEffect = { type: "tell-moving", reason: "node-lost" };
/** The node is asked to stop, and the slot is kept until it has. */
const asked = (reason: EndReason, of: Played | undefined, detail?: string): Session => ({
  state: "ending",
  lease,
  deadlineMs: NOW + NODE_STOP_MS,
  end: end(reason, detail),
  played: of,
});
const done = (reason: EndReason, of: Played | undefined, detail?: string): Session => ({
  state: "ended",
  end: end(reason, detail),
  played: of,
});

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

const everyEvent: SessionEvent[] = [
  taken,
  { type: "node-appeared" },
  { type: "progressed", epoch: 7, step: "title-started" },
  { type: "offered", epoch: 7, offer },
  { type: "connected" },
  { type: "first-frame-shown" },
  { type: "player-left" },
  { type: "player-lost" },
  { type: "player-returned" },
  { type: "player-stalled", nodeLinked: true },
  { type: "player-stalled", nodeLinked: false },
  { type: "media-unreachable", epoch: 7, nodeLinked: true, detail: "" },
  { type: "node-ended", epoch: 7, reason: EndReason.TitleCrashed, detail: undefined },
  { type: "node-ended", epoch: 7, reason: EndReason.NodeDrained, detail: undefined },
  { type: "node-silent", epoch: 7 },
  { type: "node-unlinked", nodeId: "n1" },
  { type: "node-lost", nodeId: "n1" },
  { type: "lease-lost", epoch: 7 },
  { type: "move-wanted", reason: "better-node" },
  { type: "deadline-passed" },
  { type: "server-stopped" },
];

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

test.each(everyEvent)("an ended session stays as it is: $type", (event) => {
  const [after, effects] = transition(ended, event, NOW + 10 * HOLD_MS);
  expect(after).toBe(ended);
  expect(effects).toEqual(event.type === "slots-taken" ? [release] : []);
});

test("whatever happens in whatever order: one end, which is final, each lease released once, and no time metered twice", () => {
  const tally = { ended: 0, streamed: 0, resumed: 0, probed: 0, movedOn: 0 };
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seededRandom(seed);
    const past: string[] = [];
    let nowMs = NOW;
    let session = queuedSession(nowMs, QUEUE_WAIT_MS) as Session;
    let epoch = 0;
    const open = new Set<number>();
    let endsTold = 0;
    let framesSinceMs: number | undefined;
    for (let step = 0; step < 60; step++) {
      nowMs += Math.floor(random() * 30_000);
      const event = randomEvent(random, session, nowMs, () => ++epoch);
      past.push(event.type);
      const before = session;
      const [after, effects] = transition(before, event, nowMs);
      if (event.type === "slots-taken") for (const { lease: added } of event.options) open.add(added.epoch);
      const wrong: string[] = [];
      for (const effect of effects) {
        if (effect.type === "tell-end") endsTold++;
        if (effect.type === "release-slot" && !open.delete(effect.lease.epoch)) wrong.push("a slot was released twice");
      }
      const has = leasesOf(after).map((one) => one.epoch);
      if (has.length !== open.size || has.some((one) => !open.has(one))) wrong.push(`holds ${has}, took ${[...open]}`);
      if (endsTold !== ("end" in after ? 1 : 0)) wrong.push(`${endsTold} ends were told`);
      if (before.state === "ended" && after !== before) wrong.push("the end was not final");
      if ("end" in before && (!("end" in after) || after.end !== before.end)) wrong.push("the end changed");
      framesSinceMs ??= after.played?.sinceMs;
      const { meteredMs = 0, runningSinceMs } = after.played ?? {};
      const total = meteredMs + (runningSinceMs === undefined ? 0 : nowMs - runningSinceMs);
      if (total > nowMs - (framesSinceMs ?? nowMs)) wrong.push(`${total} ms metered`);
      if ("end" in after && runningSinceMs !== undefined) wrong.push("the meter runs after the end");
      if (after.played && after.played.sinceMs !== framesSinceMs) wrong.push("the first frame moved");
      if (wrong.length > 0) expect.fail(`${wrong.join(", ")}; seed ${seed}: ${past.join(", ")}`);
      if (before.state !== "streaming" && after.state === "streaming") tally.streamed++;
      if (before.state === "held" && after.state === "starting") tally.resumed++;
      if (before.state === "probing" && after.state === "starting") tally.probed++;
      if (before.state !== "queued" && after.state === "queued" && after.moves > 0) tally.movedOn++;
      session = after;
    }
    if (session.state === "ended") tally.ended++;
  }
  // The run was worth something: sessions got everywhere.
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(500);
});

const FATAL = new Set<SessionEvent["type"]>(["player-left", "media-unreachable", "node-ended", "node-lost", "node-silent", "server-stopped"]);
const mild = everyEvent.filter((event) => !FATAL.has(event.type));

/** Mostly what moves a session on, so that long lives are seen as well as short ones. */
function randomEvent(random: () => number, session: Session, nowMs: number, newEpoch: () => number): SessionEvent {
  const deadlineMs = deadlineOf(session);
  // That a quiet node is asked is due all the time here, and must not be all that happens.
  const share = session.state === "starting" && nowMs < session.deadlineMs ? 0.05 : 0.9;
  if (deadlineMs !== undefined && nowMs >= deadlineMs && random() < share) return { type: "deadline-passed" };
  if (random() < 0.3) {
    if (session.state === "queued") return slotsTaken(random, newEpoch);
    if (session.state === "starting") return { type: "first-frame-shown" };
    if (session.state === "held") return { type: "player-returned" };
  }
  if (random() < 0.2) return aimed({ type: "progressed", epoch: 0, step: pick(random, START_STEPS) }, random, session);
  const event = pick(random, random() < 0.2 ? everyEvent : mild);
  return event.type === "slots-taken" ? slotsTaken(random, newEpoch) : aimed(event, random, session);
}

function slotsTaken(random: () => number, newEpoch: () => number): SessionEvent {
  const others = Array.from({ length: Math.floor(random() * 3) }, (_, at) => option({ nodeId: `n${at + 2}`, slot: 0, epoch: newEpoch() }));
  return { type: "slots-taken", options: [option({ ...lease, epoch: newEpoch() }), ...others], startLimitMs: START_LIMIT_MS };
}

/** At one of the session's leases, where the event is about one. */
function aimed(event: SessionEvent, random: () => number, session: Session): SessionEvent {
  const leases = leasesOf(session);
  if (leases.length === 0) return event;
  const { epoch, nodeId } = pick(random, leases);
  if ("epoch" in event) return { ...event, epoch };
  return "nodeId" in event ? { ...event, nodeId } : event;
}
