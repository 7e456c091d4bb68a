import { describe, expect, test } from "vitest";
import type { Offer } from "@nearframe/shared/protocol/media";
import { END_REASONS, EndReason } from "@nearframe/shared/session/end-reasons";
import { START_STEPS } from "@nearframe/shared/session/start-steps";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { HOLD_MS, NODE_STOP_MS, NODE_WAIT_MS, QUEUE_HOLD_MS, QUEUE_WAIT_MS, REJOIN_MS } from "./limits.ts";
import {
  deadlineOf,
  queuedSession,
  restoredSession,
  transition,
  type Session,
  type SessionEffect,
  type SessionEvent,
} from "./transition.ts";

const NOW = 1_000_000;
const START_LIMIT_MS = 60_000;
const offer = { media: [] } as unknown as Offer;

const queued: Session = { state: "queued", sinceMs: NOW, deadlineMs: NOW + QUEUE_WAIT_MS, absentUntilMs: undefined };
const absent: Session = { ...queued, absentUntilMs: NOW + QUEUE_HOLD_MS };
const starting: Session = {
  state: "starting",
  nodeId: "n1",
  deadlineMs: NOW + START_LIMIT_MS,
  steps: ["placed", "transports-opened", "display-started"],
  playedSinceMs: undefined,
};
const rejoining: Session = { ...starting, steps: [], playedSinceMs: 500 };
const streaming: Session = { state: "streaming", nodeId: "n1", playedSinceMs: 500 };
const held: Session = { state: "held", nodeId: "n1", untilMs: NOW + HOLD_MS, steps: [], playedSinceMs: 500 };
const heldEarly: Session = { ...held, steps: starting.steps, playedSinceMs: undefined };
const end = (reason: EndReason, detail?: string) => ({ reason, detail, atMs: NOW });
const ending: Session = {
  state: "ending",
  nodeId: "n1",
  deadlineMs: NOW + NODE_STOP_MS,
  end: end("player-left"),
  playedSinceMs: 500,
};
const ended: Session = { state: "ended", end: end("player-left"), playedSinceMs: 500 };

const save: SessionEffect = { type: "save" };
const release: SessionEffect = { type: "release-slot", nodeId: "n1" };
const over = (reason: EndReason, detail?: string): SessionEffect => ({ type: "tell-end", end: end(reason, detail) });
const stop = (reason: EndReason): SessionEffect => ({ type: "stop-on-node", nodeId: "n1", reason });
/** The node is asked to stop, and the slot is kept until it has. */
const asked = (reason: EndReason, playedSinceMs: number | undefined, detail?: string): Session => ({
  state: "ending",
  nodeId: "n1",
  deadlineMs: NOW + NODE_STOP_MS,
  end: end(reason, detail),
  playedSinceMs,
});
const done = (reason: EndReason, playedSinceMs: number | undefined, detail?: string): Session => ({
  state: "ended",
  end: end(reason, detail),
  playedSinceMs,
});

type Row = [name: string, before: Session, event: SessionEvent, after: Session, effects: SessionEffect[]];

const rows: Row[] = [
  // In line.
  [
    "a session in line that gets a node starts there",
    queued,
    { type: "node-assigned", nodeId: "n1", startLimitMs: START_LIMIT_MS },
    { ...starting, steps: ["placed"] },
    [{ type: "tell-progress", step: "placed" }, { type: "start-on-node", nodeId: "n1" }, save],
  ],
  [
    "a slot for a player who is away goes back",
    absent,
    { type: "node-assigned", nodeId: "n1", startLimitMs: START_LIMIT_MS },
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
    { type: "progressed", step: "title-started" },
    { ...starting, steps: [...starting.steps, "title-started"] },
    [{ type: "tell-progress", step: "title-started" }],
  ],
  ["the same step twice is shown once", starting, { type: "progressed", step: "display-started" }, starting, []],
  ["the offer goes to the player", starting, { type: "offered", offer }, starting, [{ type: "tell-offer", offer }]],
  ["a connected path alone is not yet a picture", starting, { type: "connected" }, starting, []],
  ["with the first frame it streams", starting, { type: "first-frame-shown" }, { ...streaming, playedSinceMs: NOW }, [save]],
  ["a player who came back has played since the first time", rejoining, { type: "first-frame-shown" }, streaming, [save]],
  ["a player lost while it starts is waited for", starting, { type: "player-lost" }, heldEarly, [save]],
  [
    "another device takes over while it starts: new transports, the other steps stand",
    { ...starting, steps: [...starting.steps, "connected"] },
    { type: "player-returned" },
    { ...starting, deadlineMs: NOW + REJOIN_MS, steps: ["placed", "display-started"] },
    [
      { type: "tell-progress", step: "placed" },
      { type: "tell-progress", step: "display-started" },
      { type: "rejoin-on-node", nodeId: "n1" },
      save,
    ],
  ],
  ["leaving while it starts stops it", starting, { type: "player-left" }, asked("player-left", undefined), [over("player-left"), stop("player-left"), save]],
  [
    "a network without a media path ends it, and says why",
    starting,
    { type: "media-unreachable", detail: "no candidate pair" },
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
    [{ type: "rejoin-on-node", nodeId: "n1" }, save],
  ],
  ["a late offer still reaches the player", streaming, { type: "offered", offer }, streaming, [{ type: "tell-offer", offer }]],
  ["late steps are of no interest", streaming, { type: "progressed", step: "first-picture" }, streaming, []],
  ["connecting again changes nothing", streaming, { type: "connected" }, streaming, []],
  ["leaving stops it", streaming, { type: "player-left" }, asked("player-left", 500), [over("player-left"), stop("player-left"), save]],
  [
    "a media path that died for good ends it",
    streaming,
    { type: "media-unreachable", detail: "gone" },
    asked("media-unreachable", 500, "gone"),
    [over("media-unreachable", "gone"), stop("media-unreachable"), save],
  ],

  // Held.
  ["the control link comes back and media never stopped: on with it", held, { type: "connected" }, streaming, [save]],
  ["the same before the first frame: it goes on starting", heldEarly, { type: "connected" }, { ...starting, deadlineMs: NOW + REJOIN_MS }, []],
  [
    "a player who comes back gets new transports",
    held,
    { type: "player-returned" },
    { ...rejoining, deadlineMs: NOW + REJOIN_MS },
    [{ type: "rejoin-on-node", nodeId: "n1" }, save],
  ],
  ["an offer for nobody is dropped", held, { type: "offered", offer }, held, []],
  ["steps done meanwhile are kept for the return", heldEarly, { type: "progressed", step: "sound-started" }, { ...heldEarly, steps: [...starting.steps, "sound-started"] }, []],
  ["the player may leave what they dropped", held, { type: "player-left" }, asked("player-left", 500), [over("player-left"), stop("player-left"), save]],
  ["a held session outlives the server's stop", held, { type: "server-stopped" }, held, []],

  // Ending.
  ["the node has closed it: the slot is free", ending, { type: "node-ended", reason: "player-left", detail: undefined }, ended, [release]],
  ["the node's reason does not replace the first", ending, { type: "node-ended", reason: "title-crashed", detail: "x" }, ended, [release]],
  ["the node went away while closing: the slot is free", ending, { type: "node-lost" }, ended, [release]],
  ["a player who leaves twice has left once", ending, { type: "player-left" }, ending, []],
  ["nobody comes back to what is ending", ending, { type: "player-returned" }, ending, []],
];

test.each(rows)("%s", (_name, before, event, after, effects) => {
  expect(transition(before, event, NOW)).toEqual([after, effects]);
});

describe("the node ends a session", () => {
  const placed: [string, Session, number | undefined][] = [
    ["starting", starting, undefined],
    ["streaming", streaming, 500],
    ["held", held, 500],
  ];
  for (const [state, session, played] of placed) {
    test.each(END_REASONS)(`${state}: %s is passed on as it is, and the slot is free`, (reason) => {
      expect(transition(session, { type: "node-ended", reason, detail: "d" }, NOW)).toEqual([
        done(reason, played, "d"),
        [over(reason, "d"), release, save],
      ]);
    });
    test(`${state}: a lost node needs no message`, () => {
      expect(transition(session, { type: "node-lost" }, NOW)).toEqual([
        done("node-lost", played),
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
    ["held for too long", { ...held, untilMs: NOW }, asked("player-lost", 500), [over("player-lost"), stop("player-lost"), save]],
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
    expect(restoredSession("n1", 500, NOW)).toEqual(held);
  });
});

const everyEvent: SessionEvent[] = [
  { type: "node-assigned", nodeId: "n1", startLimitMs: START_LIMIT_MS },
  { type: "node-appeared" },
  { type: "progressed", step: "title-started" },
  { type: "offered", offer },
  { type: "connected" },
  { type: "first-frame-shown" },
  { type: "player-left" },
  { type: "player-lost" },
  { type: "player-returned" },
  { type: "media-unreachable", detail: "" },
  { type: "node-ended", reason: EndReason.TitleCrashed, detail: undefined },
  { type: "node-lost" },
  { type: "deadline-passed" },
  { type: "server-stopped" },
];

test.each(everyEvent)("an ended session stays as it is: $type", (event) => {
  const [after, effects] = transition(ended, event, NOW + 10 * HOLD_MS);
  expect(after).toBe(ended);
  expect(effects).toEqual(event.type === "node-assigned" ? [release] : []);
});

test("whatever happens in whatever order: one end, which is final, and each slot is released once", () => {
  const tally = { ended: 0, streamed: 0, resumed: 0 };
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = seededRandom(seed);
    const past: string[] = [];
    let nowMs = NOW;
    let session = queuedSession(nowMs, QUEUE_WAIT_MS);
    let slotsTaken = 0;
    let slotsReleased = 0;
    let endsTold = 0;
    for (let step = 0; step < 60; step++) {
      nowMs += Math.floor(random() * 30_000);
      const event = randomEvent(random, session, nowMs);
      past.push(event.type);
      const before = session;
      const [after, effects] = transition(before, event, nowMs);
      if (event.type === "node-assigned") slotsTaken++;
      slotsReleased += effects.filter((effect) => effect.type === "release-slot").length;
      endsTold += effects.filter((effect) => effect.type === "tell-end").length;
      const broken = [
        endsTold !== ("end" in after ? 1 : 0) && `${endsTold} ends were told`,
        slotsTaken - slotsReleased !== ("nodeId" in after ? 1 : 0) && `${slotsTaken - slotsReleased} slots are held`,
        before.state === "ended" && after !== before && "the end was not final",
        "end" in before && (!("end" in after) || after.end !== before.end) && "the end changed",
      ].filter(Boolean);
      if (broken.length > 0) expect.fail(`${broken.join(", ")}; seed ${seed}: ${past.join(", ")}`);
      if (before.state !== "streaming" && after.state === "streaming") tally.streamed++;
      if (before.state === "held" && after.state === "starting") tally.resumed++;
      session = after;
    }
    if (session.state === "ended") tally.ended++;
  }
  // The run was worth something: sessions got everywhere.
  expect(tally.ended).toBeGreaterThan(500);
  expect(tally.streamed).toBeGreaterThan(500);
  expect(tally.resumed).toBeGreaterThan(500);
});

const FATAL = new Set<SessionEvent["type"]>(["player-left", "media-unreachable", "node-ended", "node-lost", "server-stopped"]);
const mild = everyEvent.filter((event) => !FATAL.has(event.type));

/** Mostly what moves a session on, so that long lives are seen as well as short ones. */
function randomEvent(random: () => number, session: Session, nowMs: number): SessionEvent {
  const deadlineMs = deadlineOf(session);
  if (deadlineMs !== undefined && nowMs >= deadlineMs && random() < 0.9) return { type: "deadline-passed" };
  if (random() < 0.3) {
    if (session.state === "queued") return everyEvent[0]!;
    if (session.state === "starting") return { type: "first-frame-shown" };
    if (session.state === "held") return { type: "player-returned" };
  }
  if (random() < 0.2) return { type: "progressed", step: pick(random, START_STEPS) };
  return pick(random, random() < 0.2 ? everyEvent : mild);
}
