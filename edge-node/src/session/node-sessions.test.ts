import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import type { Title } from "@nearframe/shared/title/manifest";
import { createNodeSessions, type SessionOrder } from "./node-sessions.ts";
import type { RunningSession, SessionEvents, SessionStart } from "./session.ts";

type Opened = { start: SessionStart; events: SessionEvents; heard: string[]; prepared: boolean; closing: boolean };

const title = { manifest: { id: "some-title" }, folder: "/titles/some" } as unknown as Title;
const device = { screen: { width: 1, height: 1, pixelRatio: 1 }, touch: false, rtpCapabilities: {} };
const offer = {} as Parameters<SessionEvents["onOffer"]>[0];

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

function rig(slots = 2) {
  const opened: Opened[] = [];
  const sent: NodeToServer[] = [];
  const sessions = createNodeSessions(
    { nodeId: "n1", slots: () => slots, bitrateKbps: 8_000 },
    {
      createSession(start, events): RunningSession {
        const self: Opened = { start, events, heard: [], prepared: start.candidacy !== undefined, closing: false };
        opened.push(self);
        return {
          get prepared() {
            return self.prepared;
          },
          get closing() {
            return self.closing;
          },
          start() {
            self.prepared = false;
            self.heard.push("start");
          },
          signal: async () => ({ answered: true }),
          rejoin: () => void self.heard.push("rejoin"),
          guests: {
            open: ({ guestId, role, pad }) => void self.heard.push(`open ${guestId} ${role} ${pad}`),
            close: (guestId) => void self.heard.push(`close ${guestId}`),
            keep: (guestIds) => void self.heard.push(`keep ${guestIds}`),
            signal: async (guestId) => ({ answeredTo: guestId }),
          },
          stop: (reason) => void self.heard.push(`stop ${reason}`),
        };
      },
      send: (message) => void sent.push(message),
      log: { info() {}, warn() {} },
    },
    scope,
  );
  const order = {
    prepare: (epoch: number, sessionId = "s1") =>
      sessions.handle({ type: "session.prepare", sessionId, epoch, playerId: "p1", title, device, nonce: "AAAAAAAAAAAAAAAA" }),
    start: (epoch: number, sessionId = "s1") => sessions.handle({ type: "session.start", sessionId, epoch, playerId: "p1", title, device }),
    rejoin: (epoch: number) => sessions.handle({ type: "session.rejoin", sessionId: "s1", epoch, device }),
    stop: (epoch: number) => sessions.handle({ type: "session.stop", sessionId: "s1", epoch, reason: "player-left" }),
  };
  return { sessions, opened, sent, order };
}

const signal = (epoch: number): SessionOrder => ({
  type: "session.signal", sessionId: "s1", epoch, callId: 4, signal: { call: "transport.restart-ice", transportId: "t" },
});

describe("a candidate", () => {
  test("that is started under its own epoch keeps the seat that the player measured", () => {
    const { opened, order } = rig();
    order.prepare(5);
    expect(opened[0]?.start.candidacy).toEqual({ epoch: 5, nonce: "AAAAAAAAAAAAAAAA", nodeId: "n1" });
    order.start(5);
    order.start(5);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.heard).toEqual(["start"]);
  });

  test("that gave up waiting as its start was on the way is made anew, and its end is not taken for the new one's", () => {
    const { sessions, opened, sent, order } = rig();
    order.prepare(5);
    Object.assign(opened[0]!, { prepared: false, closing: true });
    order.start(5);
    expect([opened.length, opened[1]?.start.candidacy]).toEqual([2, undefined]);
    opened[0]!.events.onEnded("server-stopped", "it was prepared, and never started");
    expect(sent).toEqual([]);
    expect(sessions.reports()).toMatchObject([{ sessionId: "s1", epoch: 5 }]);
    opened[1]!.events.onEnded("player-left", undefined);
    expect(sent).toMatchObject([{ type: "session.ended", epoch: 5, reason: "player-left" }]);
    expect(sessions.reports()).toEqual([]);
  });

  test("that is started under a newer epoch is made anew, and only the new one counts", () => {
    const { sessions, opened, sent, order } = rig();
    order.prepare(5);
    order.start(6);
    expect(opened).toHaveLength(2);
    expect(opened[0]?.heard).toEqual(["stop server-stopped"]);
    opened[0]?.events.onEnded("server-stopped", undefined);
    expect(sent.at(-1)).toMatchObject({ type: "session.ended", epoch: 5 });
    expect(sessions.reports()).toEqual([{ sessionId: "s1", epoch: 6, use: "preparing" }]);
  });

  test("tells what it saw of the path, with its signature in letters", () => {
    const { opened, sent, order } = rig();
    order.prepare(5);
    const result = { count: 2, lost: 0, rttMs: { min: 1, p50: 1, p95: 1 }, jitterMs: 0 };
    opened[0]?.events.onProbed(result, new Uint8Array(64).fill(255));
    expect(sent).toEqual([{ type: "session.probed", sessionId: "s1", epoch: 5, result, signature: `${"_".repeat(85)}w` }]);
  });
});

describe("epochs", () => {
  test("an older word than the newest is refused, and a player's call is told so", async () => {
    const { sessions, opened, sent, order } = rig();
    order.start(7);
    order.stop(6);
    order.rejoin(5);
    expect(opened[0]?.heard).toEqual([]);
    sessions.handle(signal(6));
    expect(sent).toMatchObject([{ type: "session.signal.reply", epoch: 6, callId: 4, result: { ok: false, code: "EPOCH_OLD" } }]);
  });

  test("a start that was overtaken by the session's end starts nothing", () => {
    const { opened, sent, order } = rig();
    order.stop(7);
    expect(sent).toMatchObject([{ type: "session.ended", epoch: 7 }]);
    order.start(6);
    expect(opened).toHaveLength(0);
  });

  test("what a session says goes out under the newest one", async () => {
    const { sessions, opened, sent, order } = rig();
    order.start(7);
    opened[0]?.events.onStep("first-picture");
    order.rejoin(9);
    opened[0]?.events.onOffer(offer);
    sessions.handle(signal(9));
    await Promise.resolve();
    await Promise.resolve();
    expect(sent.map((message) => "epoch" in message && message.epoch)).toEqual([7, 9, 9]);
    expect(sessions.reports()).toEqual([{ sessionId: "s1", epoch: 9, use: "rendering" }]);
    order.stop(9);
    expect(sessions.reports()).toMatchObject([{ use: "recycling" }]);
  });
});

test("what is asked of a session that is not here is answered by its end", () => {
  const { sent, order } = rig();
  order.rejoin(3);
  expect(sent).toEqual([{ type: "session.ended", sessionId: "s1", epoch: 3, reason: "node-lost" }]);
});

test("beyond its slots a node takes none", () => {
  const { opened, sent, order } = rig(1);
  order.prepare(1, "a");
  order.start(2, "b");
  expect(opened).toHaveLength(1);
  expect(sent).toMatchObject([{ type: "session.ended", sessionId: "b", reason: "node-failed" }]);
});

test("stopping waits until the last has ended", async () => {
  const { sessions, opened, order } = rig();
  order.start(1, "a");
  order.start(2, "b");
  let done = false;
  const stopping = sessions.stop("node-drained").then(() => (done = true));
  expect(opened.map(({ heard }) => heard)).toEqual([["stop node-drained"], ["stop node-drained"]]);
  opened[0]?.events.onEnded("node-drained", undefined);
  await Promise.resolve();
  expect(done).toBe(false);
  opened[1]?.events.onEnded("node-drained", "closed");
  await stopping;
  expect(sessions.reports()).toEqual([]);
});

describe("guests", () => {
  const seat = (epoch: number): SessionOrder => ({ type: "seat.open", sessionId: "s1", epoch, guestId: "g1", role: "co-op", pad: 1, device });

  test("are opened, asked and closed in their session, and told of under its epoch", async () => {
    const { sessions, opened, sent, order } = rig();
    order.start(5);
    sessions.handle(seat(5));
    opened[0]?.events.guests.onOffer("g1", offer);
    opened[0]?.events.guests.onPresence("g1", true);
    sessions.handle({ type: "seat.signal", sessionId: "s1", epoch: 5, guestId: "g1", callId: 7, signal: { call: "transport.restart-ice", transportId: "t" } });
    sessions.handle({ type: "seat.close", sessionId: "s1", epoch: 5, guestId: "g1" });
    sessions.handle({ type: "seat.keep", sessionId: "s1", epoch: 5, guestIds: ["g2", "g3"] });
    await Promise.resolve();
    await Promise.resolve();
    expect(opened[0]?.heard).toEqual(["open g1 co-op 1", "close g1", "keep g2,g3"]);
    expect(sent).toEqual([
      { type: "seat.offer", sessionId: "s1", epoch: 5, guestId: "g1", offer },
      { type: "seat.presence", sessionId: "s1", epoch: 5, guestId: "g1", connected: true },
      { type: "session.signal.reply", sessionId: "s1", epoch: 5, callId: 7, result: { ok: true, value: { answeredTo: "g1" } } },
    ]);
  });

  test("of a session that is not here are refused", () => {
    const { sessions, sent } = rig();
    sessions.handle(seat(5));
    expect(sent).toMatchObject([{ type: "seat.refused", guestId: "g1", why: "failed" }]);
  });
});
