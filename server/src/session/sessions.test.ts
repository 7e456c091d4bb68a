// How a session comes to a node: starting, waiting in line, and who may touch it.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { device, offer, title } from "../testing/fixtures.ts";
import { createWorld, endOf, playing, settled, type FakeNode, type World } from "../testing/world.ts";
import {
  NODE_WAIT_MS,
  PROBE_MS,
  QUEUE_HOLD_MS,
  QUEUE_LENGTH_MAX,
  QUEUE_WAIT_MS,
  SESSIONS_PER_PLAYER_MAX,
  START_MARGIN_MS,
} from "./limits.ts";

let world: World;

beforeEach(async () => {
  vi.useFakeTimers();
  world = await createWorld();
});

afterEach(async () => {
  await world.scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const offerFrom = (node: FakeNode, sessionId: string) =>
  node.say({ type: "session.offer", sessionId, epoch: node.epochOf(sessionId), offer });

describe("starting", () => {
  test("the node gets title and device; its steps and its offer reach the player", async () => {
    const node = world.node("n1").register();
    const player = world.player("p1");
    const sessionId = await player.request();
    expect(node.of("session.start")).toEqual([
      { type: "session.start", sessionId, epoch: node.epochOf(sessionId), playerId: "p1", title: title(), device },
    ]);
    node.progress(sessionId, "title-started");
    offerFrom(node, sessionId);
    expect(player.messages.map((message) => ("step" in message ? message.step : message.type))).toEqual([
      "session.created",
      "placed",
      "title-started",
      "session.offer",
    ]);
    const { id, name, size, fps, input } = title().manifest;
    expect(player.last("session.created")?.title).toEqual({ id, name, size, fps, input });
  });

  test("a title that is not in the catalogue is refused, under the request's id", async () => {
    const player = world.player("p1");
    expect(await player.request("half-life-3")).toBe("");
    expect(player.messages).toMatchObject([{ type: "error", code: "TITLE_UNKNOWN", requestId: "r0" }]);
  });

  test("a node that is too slow is told to stop, and the player why", async () => {
    const node = world.node("n1").register();
    const player = world.player("p1");
    const sessionId = await player.request();
    node.progress(sessionId, "title-started");
    // Heartbeats go on: it is the session that hangs, not the node.
    for (let s = 0; s < 20 + START_MARGIN_MS / 1000; s += 5) {
      node.heartbeat([sessionId]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(player.last("session.ended")).toMatchObject({ reason: "start-timeout", detail: expect.stringContaining("title-started") });
    expect(node.of("session.stop")).toMatchObject([{ sessionId, reason: "start-timeout" }]);
  });

  test.each(["title-crashed", "title-never-drew", "title-command-missing", "node-failed"] as const)(
    "what the node says went wrong is what the player hears: %s",
    async (reason) => {
      const node = world.node("n1").register();
      const player = world.player("p1");
      const sessionId = await player.request();
      node.ended(sessionId, reason, "exit code 139");
      expect(player.last("session.ended")).toEqual({ type: "session.ended", sessionId, reason, detail: "exit code 139" });
      expect(node.of("session.stop")).toEqual([]);
      expect(world.slotsFree("n1")).toBe(2);
    },
  );

  test("a player has a bounded number of sessions", async () => {
    world.node("n1").register({ slots: 10 });
    const player = world.player("p1");
    for (let count = 0; count < SESSIONS_PER_PLAYER_MAX; count++) expect(await player.request()).not.toBe("");
    expect(await player.request()).toBe("");
    expect(player.last("error")).toMatchObject({ code: "SESSIONS_TOO_MANY" });
  });
});

describe("several nodes that could take it", () => {
  test("are prepared together, offered to be measured, and after the limit the best known is started", async () => {
    const nodes = [world.node("n1").register(), world.node("n2").register()];
    const player = world.player("p1");
    const sessionId = await player.request();
    for (const node of nodes) {
      expect(node.of("session.prepare")).toMatchObject([{ sessionId, nonce: expect.any(String) as string }]);
      expect(node.of("session.start")).toEqual([]);
      offerFrom(node, sessionId);
    }
    expect(player.all("session.offer").map(({ epoch, probe }) => [epoch, probe?.nodeId])).toEqual(
      nodes.map((node) => [node.epochOf(sessionId), node.nodeId]),
    );
    // A report that the node's key did not sign is as good as none.
    nodes[0]!.say({
      type: "session.probed",
      sessionId,
      epoch: nodes[0]!.epochOf(sessionId),
      result: { count: 12, lost: 0, rttMs: { min: 1, p50: 1, p95: 1 }, jitterMs: 0 },
      signature: "A".repeat(86),
    });
    await vi.advanceTimersByTimeAsync(PROBE_MS);
    const chosen = nodes.find((node) => node.of("session.start").length > 0);
    const other = nodes.find((node) => node !== chosen);
    expect(chosen).toBe(nodes[1]);
    expect(player.all("session.chosen")).toEqual([{ type: "session.chosen", sessionId, epoch: chosen!.epochOf(sessionId) }]);
    expect(other!.of("session.stop")).toMatchObject([{ sessionId }]);
    expect(nodes.map(({ nodeId }) => world.slotsFree(nodeId))).toEqual([2, 1]);
  });

  test("a player who goes away meanwhile leaves nothing on any of them", async () => {
    const nodes = [world.node("n1").register(), world.node("n2").register()];
    const player = world.player("p1");
    await player.request();
    player.disconnect();
    await settled();
    for (const node of nodes) expect(node.of("session.stop")).toHaveLength(1);
    expect(nodes.map(({ nodeId }) => world.slotsFree(nodeId))).toEqual([2, 2]);
  });
});

describe("what is too large for the node's door", () => {
  // Numbers grow when they are written again, so what came in small may go out large.
  const huge = { ...device, rtpCapabilities: { codecs: Array<number>(4_000).fill(1e20) } };

  test("is refused to the player, and the node never sees it", async () => {
    const { player, node, sessionId } = await playing(world);
    await player.say({ type: "session.request", requestId: "big", titleId: "freedoom", device: huge });
    await player.say({ type: "session.resume", requestId: "big", sessionId, device: huge });
    expect(player.all("error").map(({ code, requestId }) => [code, requestId])).toEqual([
      ["DEVICE_TOO_LARGE", "big"],
      ["DEVICE_TOO_LARGE", "big"],
    ]);
    void player.say({
      type: "session.signal",
      sessionId,
      epoch: node.epochOf(sessionId),
      callId: 3,
      signal: { call: "transport.connect", transportId: "t1", dtlsParameters: { x: huge.rtpCapabilities } },
    });
    expect(player.last("session.signal.reply")).toMatchObject({ callId: 3, result: { code: "SIGNAL_TOO_LARGE" } });
    expect(sessionWords(node)).toEqual(["session.start"]);
  });
});

describe("in line", () => {
  test("players are served in order, and hear their place when it changes", async () => {
    const node = world.node("n1").register({ slots: 1 });
    const [first, second, third] = [world.player("p1"), world.player("p2"), world.player("p3")];
    const firstId = await first.request();
    await second.request();
    const thirdId = await third.request();
    expect(second.all("session.queued").map(({ position }) => position)).toEqual([1]);
    expect(third.all("session.queued").map(({ position }) => position)).toEqual([2]);
    // Nobody has ended here yet: half of all sessions are taken to be over after 25 minutes.
    const [soon, later] = [second, third].map((player) => player.last("session.queued")?.waitMs ?? 0);
    expect(soon).toBeGreaterThan(60_000);
    expect(later).toBeGreaterThan(soon!);
    first.leave(firstId);
    await settled();
    // The slot is free when the node says so, not before.
    expect(node.of("session.start")).toHaveLength(1);
    node.ended(firstId);
    await settled();
    expect(second.last("session.progress")).toMatchObject({ step: "placed" });
    expect(third.all("session.queued").map(({ position }) => position)).toEqual([2, 1]);
    third.leave(thirdId);
    await settled();
    expect(endOf(third)).toBe("player-left");
  });

  test("leaving the page leaves the line after a moment; a short loss does not", async () => {
    const node = world.node("n1").register({ slots: 1 });
    const first = await world.player("p1").request();
    const second = world.player("p2");
    const third = world.player("p3");
    const secondId = await second.request();
    await third.request();
    second.disconnect();
    await settled();
    expect(world.heldBy("p2")).toMatchObject([{ sessionId: secondId }]);
    const again = world.player("p2");
    await again.resume(secondId);
    expect(again.last("session.queued")).toMatchObject({ position: 1 });
    again.disconnect();
    await vi.advanceTimersByTimeAsync(QUEUE_HOLD_MS);
    expect(third.last("session.queued")).toMatchObject({ position: 1 });
    node.ended(first, "title-exited");
    await settled();
    expect(third.last("session.progress")).toMatchObject({ step: "placed" });
    await settled();
    expect(await world.store.findSession(secondId)).toMatchObject({ end: { reason: "player-lost" } });
  });

  test("a free slot passes by who is away, and is theirs when they are back first", async () => {
    const node = world.node("n1").register({ slots: 1 });
    const first = await world.player("p1").request();
    const second = world.player("p2");
    const secondId = await second.request();
    second.disconnect();
    node.ended(first, "title-exited");
    await settled();
    expect(node.of("session.start")).toHaveLength(1);
    const again = world.player("p2");
    await again.resume(secondId);
    expect(again.messages.map((message) => message.type)).toEqual(["session.created", "session.progress"]);
  });

  test("without any node that could do it, the player is told soon", async () => {
    const player = world.player("p1");
    await player.request();
    expect(player.last("session.queued")).toMatchObject({ position: 1 });
    await vi.advanceTimersByTimeAsync(NODE_WAIT_MS);
    expect(endOf(player)).toBe("no-node");
  });

  test("a node that comes up meanwhile takes the session", async () => {
    const player = world.player("p1");
    await player.request();
    await vi.advanceTimersByTimeAsync(NODE_WAIT_MS - 1);
    world.node("n1").register();
    await settled();
    expect(player.last("session.progress")).toMatchObject({ step: "placed" });
  });

  test("a node that comes up full gives hope for longer, but not for ever", async () => {
    const player = world.player("p1");
    await player.request();
    const node = world.node("n1").register({ slots: 1, sessions: ["stray"] });
    await vi.advanceTimersByTimeAsync(NODE_WAIT_MS);
    expect(endOf(player)).toBeUndefined();
    for (let ms = 0; ms < QUEUE_WAIT_MS; ms += 5_000) {
      node.heartbeat(["stray"]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(endOf(player)).toBe("no-node");
  });

  test("a title that nobody can run does not hold up the others", async () => {
    world.node("n1").register({ slots: 1 });
    await world.player("p1").request("page");
    const second = world.player("p2");
    await second.request("freedoom");
    expect(second.last("session.progress")).toMatchObject({ step: "placed" });
  });

  test("the line is bounded", async () => {
    for (let count = 0; count < QUEUE_LENGTH_MAX; count++) await world.player(`p${count}`).request();
    const late = world.player("late");
    await late.request();
    expect(late.last("error")).toMatchObject({ code: "QUEUE_FULL" });
  });
});

describe("another player's session", () => {
  test("can't be touched, and looks as if it were not there", async () => {
    const { node, sessionId } = await playing(world);
    const thief = world.player("p2");
    await thief.resume(sessionId);
    await thief.resume("no-such-session");
    thief.connected(sessionId);
    thief.firstFrame(sessionId);
    thief.leave(sessionId);
    void thief.say({ type: "session.unreachable", sessionId, detail: "" });
    await settled();
    expect(new Set(thief.all("error").map(({ code, message }) => `${code} ${message}`)).size).toBe(1);
    expect(thief.all("error")).toHaveLength(5);
    void thief.say({
      type: "session.signal",
      sessionId,
      epoch: 1,
      callId: 1,
      signal: { call: "transport.restart-ice", transportId: "t1" },
    });
    expect(thief.last("session.signal.reply")).toMatchObject({ result: { ok: false, code: "SESSION_UNKNOWN" } });
    expect(sessionWords(node)).toEqual(["session.start"]);
  });

  test("another node can't report on it", async () => {
    const { player, sessionId } = await playing(world);
    const other = world.node("n2").register();
    const before = player.messages.length;
    other.ended(sessionId, "title-crashed");
    other.progress(sessionId, "first-picture");
    offerFrom(other, sessionId);
    expect(player.messages).toHaveLength(before);
  });
});

test("the whole life is in the store, turn by turn", async () => {
  const { player, node, sessionId } = await playing(world);
  player.disconnect();
  world.player("p1").connected(sessionId);
  node.ended(sessionId, "title-exited");
  await settled();
  const turns = await world.store.sessionTurns(sessionId);
  expect(turns.map(({ event, state }) => `${event} -> ${state}`)).toEqual([
    "requested -> queued",
    "slots-taken -> starting",
    "first-frame-shown -> streaming",
    "player-lost -> held",
    "connected -> streaming",
    "node-ended -> ended",
  ]);
  expect(await world.store.findSession(sessionId)).toMatchObject({ state: "ended", end: { reason: "title-exited" } });
});

test("after closing, late messages change nothing and leave no timer", async () => {
  const { player, node, sessionId } = await playing(world);
  await world.scope.close();
  await world.scope.close();
  const told = player.messages.length;
  player.disconnect();
  player.leave(sessionId);
  node.ended(sessionId);
  node.heartbeat([sessionId]);
  node.disconnect();
  expect(player.messages).toHaveLength(told);
  expect(vi.getTimerCount()).toBe(0);
});

function sessionWords(node: FakeNode): string[] {
  return node.messages.map((message) => message.type).filter((type) => type.startsWith("session."));
}
