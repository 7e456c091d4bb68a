// How a session lives through losses: of the player's socket, the node's link, the server itself.

import { CloseCode } from "@nearframe/shared/protocol/limits";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LINK_ANSWER_MS, LINK_CHECK_EVERY_MS, NODE_GRACE_MS } from "../nodes/limits.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { device, offer } from "../testing/fixtures.ts";
import { createWorld, endOf, playing, settled, type World } from "../testing/world.ts";
import { HOLD_MS, MOVE_WAIT_MS, NODE_QUIET_MS, NODE_STOP_MS } from "./limits.ts";

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

describe("a player who drops", () => {
  test("finds the session again within the hold time, with new transports", async () => {
    const { player, node, sessionId } = await playing(world);
    player.disconnect();
    await vi.advanceTimersByTimeAsync(1_000);
    await settled();
    const [held] = world.heldBy("p1");
    expect(held).toEqual({ sessionId, titleId: "freedoom", untilMs: expect.any(Number) });
    expect(held!.untilMs - Date.now()).toBe(HOLD_MS - 1_000);
    const phone = world.player("p1");
    await phone.resume(sessionId);
    expect(node.of("session.rejoin")).toEqual([{ type: "session.rejoin", sessionId, epoch: expect.any(Number) as number, device }]);
    node.say({ type: "session.offer", sessionId, epoch: node.epochOf(sessionId), offer });
    expect(phone.messages.map((message) => message.type)).toEqual(["session.created", "session.offer"]);
    phone.connected(sessionId);
    phone.firstFrame(sessionId);
    expect(world.heldBy("p1")).toEqual([]);
  });

  test("goes on without new transports if only the control link died", async () => {
    const { player, node, sessionId } = await playing(world);
    player.disconnect();
    const back = world.player("p1");
    back.connected(sessionId);
    expect(node.of("session.rejoin")).toEqual([]);
    expect(world.heldBy("p1")).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    back.leave(sessionId);
    expect(endOf(back)).toBe("player-left");
  });

  test("may come back before the old socket is known to be dead, whose end then means nothing", async () => {
    const { player, node, sessionId } = await playing(world);
    const back = world.player("p1");
    back.connected(sessionId);
    player.disconnect();
    expect(world.heldBy("p1")).toEqual([]);
    for (let ms = 0; ms <= HOLD_MS; ms += 5_000) {
      node.heartbeat([sessionId]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(endOf(back)).toBeUndefined();
  });

  test("is given up after the hold time, and the slot is free when the node has closed it", async () => {
    const { player, node, sessionId } = await playing(world);
    player.disconnect();
    for (let ms = 0; ms < HOLD_MS; ms += 5_000) {
      node.heartbeat([sessionId]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(node.of("session.stop")).toEqual([{ type: "session.stop", sessionId, epoch: expect.any(Number) as number, reason: "player-lost" }]);
    expect(world.slotsFree("n1")).toBe(1);
    node.ended(sessionId, "player-lost");
    expect(world.slotsFree("n1")).toBe(2);
    // Who comes too late hears what happened.
    await settled();
    const late = world.player("p1");
    await late.resume(sessionId);
    expect(endOf(late)).toBe("player-lost");
  });

  test("hears of an end that happened a moment ago, while media still flowed", async () => {
    const { player, node, sessionId } = await playing(world);
    player.disconnect();
    for (let ms = 0; ms < HOLD_MS; ms += 5_000) {
      node.heartbeat([sessionId]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    const late = world.player("p1");
    late.connected(sessionId);
    expect(endOf(late)).toBe("player-lost");
  });

  test("gives up what was dropped by asking for something else", async () => {
    const { player, node, sessionId } = await playing(world);
    player.disconnect();
    const back = world.player("p1");
    await back.request();
    expect(node.of("session.stop")).toEqual([{ type: "session.stop", sessionId, epoch: expect.any(Number) as number, reason: "player-left" }]);
  });
});

describe("another device of the same player", () => {
  test("is refused while the first one plays, unless it says that it takes over; then the first one is told", async () => {
    const { player, node, sessionId } = await playing(world);
    const phone = world.player("p1");
    expect(phone.held()).toMatchObject([{ sessionId, elsewhere: true }]);
    await phone.resume(sessionId);
    expect(phone.all("error")).toMatchObject([{ code: "PLAYED_ELSEWHERE", requestId: "resume" }]);
    expect([endOf(player), node.of("session.rejoin").length]).toEqual([undefined, 0]);
    await phone.resume(sessionId, { takeOver: true });
    expect(endOf(player)).toBe("taken-over");
    expect(node.of("session.rejoin")).toHaveLength(1);
    // What the first device still says is not heard.
    player.leave(sessionId);
    void player.say({ type: "session.unreachable", sessionId, detail: "closed" });
    player.disconnect();
    await settled();
    expect(endOf(phone)).toBeUndefined();
    expect(world.heldBy("p1")).toEqual([]);
  });

  test("is none if it is the same tab, whose page was loaded anew", async () => {
    const { sessionId, player } = await playing(world, world.player("p1", "tab-1"));
    const reloaded = world.player("p1", "tab-1");
    expect(reloaded.held()).toMatchObject([{ sessionId }]);
    expect(reloaded.held()[0]).not.toHaveProperty("elsewhere");
    await reloaded.resume(sessionId);
    expect([reloaded.all("error"), endOf(player)]).toEqual([[], "taken-over"]);
  });
});

describe("a node's link", () => {
  test("that dies and comes back in time disturbs nobody", async () => {
    const { player, node, sessionId } = await playing(world);
    node.disconnect();
    await vi.advanceTimersByTimeAsync(NODE_GRACE_MS - 1);
    const back = world.node("n1").register({ sessions: [sessionId] });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(endOf(player)).toBeUndefined();
    player.leave(sessionId);
    expect(back.of("session.stop")).toEqual([{ type: "session.stop", sessionId, epoch: expect.any(Number) as number, reason: "player-left" }]);
  });

  test("that stays away loses its sessions to another node, and gives their slots up once", async () => {
    const { player, node, sessionId } = await playing(world);
    const other = world.node("n2").register();
    node.disconnect();
    for (let ms = 0; ms <= NODE_GRACE_MS; ms += 5_000) {
      other.heartbeat([]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(player.messages.slice(-2).map((message) => ("step" in message ? message.step : message.type))).toEqual([
      "session.moving",
      "placed",
    ]);
    expect(other.of("session.start")).toMatchObject([{ sessionId }]);
    world.node("n1").register();
    expect(world.slotsFree("n1")).toBe(2);
    expect(endOf(player)).toBeUndefined();
  });

  test("that stays away with nobody to take over ends its sessions, once", async () => {
    const { player, node } = await playing(world);
    node.disconnect();
    await vi.advanceTimersByTimeAsync(NODE_GRACE_MS + 1_000);
    expect(player.last("session.moving")).toMatchObject({ reason: "node-lost" });
    await vi.advanceTimersByTimeAsync(MOVE_WAIT_MS);
    expect(player.all("session.ended")).toMatchObject([{ reason: "node-lost" }]);
    world.node("n1").register();
    expect(world.slotsFree("n1")).toBe(2);
  });

  test("that goes while the player says that media stopped is a lost node at once", async () => {
    const { player, node, sessionId } = await playing(world);
    const other = world.node("n2").register();
    player.stalled(sessionId);
    expect(player.all("session.moving")).toEqual([]);
    node.disconnect();
    await settled();
    expect(player.all("session.moving")).toHaveLength(1);
    expect(other.of("session.start")).toMatchObject([{ sessionId, epoch: expect.any(Number) as number }]);
    expect(other.epochOf(sessionId)).toBeGreaterThan(node.epochOf(sessionId));
    player.firstFrame(sessionId);
    // What the dead node says when it wakes up is of another lease.
    node.ended(sessionId, "title-crashed");
    await settled();
    expect(endOf(player)).toBeUndefined();
  });

  test("that looks well though the node is without power is found out when the player says that media stopped", async () => {
    const { player, node, sessionId } = await playing(world);
    const other = world.node("n2").register();
    node.silent = true;
    player.stalled(sessionId);
    // Before the answer is due the player asks for a wholly new path.
    await vi.advanceTimersByTimeAsync(500);
    await player.resume(sessionId);
    await vi.advanceTimersByTimeAsync(LINK_ANSWER_MS - 500);
    expect(node.closedWith).toBe(CloseCode.silent);
    expect(player.all("session.moving")).toMatchObject([{ reason: "node-lost" }]);
    expect(other.of("session.start")).toMatchObject([{ sessionId }]);
  });

  test("is left alone when the node answers, however often players complain", async () => {
    const { player, node, sessionId } = await playing(world);
    world.node("n2").register();
    for (let ms = 0; ms < 10_000; ms += 100) {
      player.stalled(sessionId);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(node.pings).toBeLessThanOrEqual(10_000 / LINK_CHECK_EVERY_MS + 1);
    expect([node.closedWith, player.all("session.moving")]).toEqual([undefined, []]);
    void player.say({ type: "session.unreachable", sessionId, detail: "no path" });
    await vi.advanceTimersByTimeAsync(LINK_CHECK_EVERY_MS);
    expect(endOf(player)).toBe("media-unreachable");
  });

  test("of a node without power is the node's fault also where the player has given up", async () => {
    const { player, node, sessionId } = await playing(world);
    const other = world.node("n2").register();
    node.silent = true;
    void player.say({ type: "session.unreachable", sessionId, detail: "no path" });
    await vi.advanceTimersByTimeAsync(LINK_ANSWER_MS);
    expect([endOf(player), player.all("session.moving").length]).toEqual([undefined, 1]);
    expect(other.of("session.start")).toMatchObject([{ sessionId }]);
  });

  test("that goes silent before its first picture is found out without a word of the player's", async () => {
    const node = world.node("n1").register();
    const player = world.player("p1");
    const sessionId = await player.request();
    node.progress(sessionId, "display-started");
    const other = world.node("n2").register();
    node.silent = true;
    await vi.advanceTimersByTimeAsync(NODE_QUIET_MS + LINK_ANSWER_MS);
    expect([node.closedWith, other.closedWith]).toEqual([CloseCode.silent, undefined]);
    expect(player.all("session.moving")).toMatchObject([{ reason: "node-lost" }]);
    expect(other.of("session.start")).toMatchObject([{ sessionId }]);
    player.firstFrame(sessionId);
    expect(endOf(player)).toBeUndefined();
  });

  test("of a node whose title is slow to its first picture is nothing that moves anybody", async () => {
    const node = world.node("n1").register();
    const player = world.player("p1");
    const sessionId = await player.request();
    world.node("n2").register();
    for (let ms = 0; ms < 19_000; ms += 1_000) {
      if (ms % 5_000 === 0) node.heartbeat([sessionId]);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(node.pings).toBeGreaterThan(2);
    expect([node.closedWith, player.all("session.moving"), endOf(player)]).toEqual([undefined, [], undefined]);
    player.firstFrame(sessionId);
  });

  test("that is down while a title starts moves it when it is not soon back", async () => {
    const node = world.node("n1").register();
    const player = world.player("p1");
    const sessionId = await player.request();
    const other = world.node("n2").register();
    node.disconnect();
    await vi.advanceTimersByTimeAsync(NODE_QUIET_MS - 100);
    expect(player.all("session.moving")).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(player.all("session.moving")).toHaveLength(1);
    expect(other.of("session.start")).toMatchObject([{ sessionId }]);
  });

  test("that goes after pictures came again moves nobody", async () => {
    const { player, node, sessionId } = await playing(world);
    world.node("n2").register();
    player.stalled(sessionId);
    player.tell(sessionId);
    node.disconnect();
    await settled();
    expect(player.all("session.moving")).toEqual([]);
  });

  test("that is down already when the player says so, too", async () => {
    const { player, node, sessionId } = await playing(world);
    world.node("n2").register();
    node.disconnect();
    await settled();
    expect(player.all("session.moving")).toEqual([]);
    player.stalled(sessionId);
    expect(player.all("session.moving")).toHaveLength(1);
  });

  test("that comes back without a session moves it, once it has had its say", async () => {
    const { player, node, sessionId } = await playing(world);
    node.disconnect();
    const back = world.node("n1").register({ sessions: [] });
    await settled();
    expect(player.all("session.moving")).toEqual([]);
    back.heartbeat([]);
    await settled();
    expect(player.all("session.moving")).toHaveLength(1);
    // There is no other, and this one is well again.
    expect(back.of("session.start")).toMatchObject([{ sessionId }]);
    expect(world.slotsFree("n1")).toBe(1);
  });

  test("that was down when a session ended still brings the true reason", async () => {
    const { player, node, sessionId } = await playing(world);
    node.disconnect();
    const back = world.node("n1").register({ sessions: [] });
    back.ended(sessionId, "title-exited");
    back.heartbeat([]);
    expect(player.all("session.ended").map(({ reason }) => reason)).toEqual(["title-exited"]);
  });

  test("that is back gets new sessions, which its first heartbeat can't know yet", async () => {
    const { player, node, sessionId } = await playing(world);
    node.disconnect();
    const back = world.node("n1").register({ sessions: [sessionId] });
    const other = world.player("p2");
    await other.request();
    back.heartbeat([sessionId]);
    expect([endOf(player), endOf(other)]).toEqual([undefined, undefined]);
  });

  test("that comes back with what has ended meanwhile, or with what nobody knows, is told to stop it", async () => {
    const { player, node, sessionId } = await playing(world);
    node.disconnect();
    player.leave(sessionId);
    const back = world.node("n1").register({ sessions: [sessionId, "stranger"] });
    expect(back.of("session.stop")).toEqual([
      { type: "session.stop", sessionId, epoch: expect.any(Number) as number, reason: "player-left" },
      { type: "session.stop", sessionId: "stranger", epoch: expect.any(Number) as number, reason: "server-stopped" },
    ]);
    expect(world.slotsFree("n1")).toBe(0);
    back.ended(sessionId);
    back.ended("stranger");
    expect(world.slotsFree("n1")).toBe(2);
  });

  test("a slow close keeps the slot as long as the node reports it", async () => {
    const { player, node, sessionId } = await playing(world);
    player.leave(sessionId);
    for (let ms = 0; ms < 2 * NODE_STOP_MS; ms += 5_000) {
      node.heartbeat([sessionId]);
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(world.slotsFree("n1")).toBe(1);
    expect(node.of("session.stop").length).toBeGreaterThan(1);
    node.heartbeat([]);
    expect(world.slotsFree("n1")).toBe(2);
  });
});

describe("the server's restart", () => {
  async function restarted(): Promise<World> {
    world.sessions.stop();
    await world.scope.close();
    world = await createWorld({ store: world.store });
    return world;
  }

  test("what was played is held for player and node; neither needs to begin anew", async () => {
    const { sessionId } = await playing(world);
    await restarted();
    expect(world.heldBy("p1")).toMatchObject([{ sessionId, titleId: "freedoom" }]);
    const node = world.node("n1").register({ sessions: [sessionId] });
    const player = world.player("p1");
    player.connected(sessionId);
    expect(node.messages.filter((message) => message.type.startsWith("session."))).toEqual([]);
    expect(world.slotsFree("n1")).toBe(1);
    player.leave(sessionId);
    node.ended(sessionId);
    expect(world.slotsFree("n1")).toBe(2);
  });

  test("a crash without a good-bye is no different", async () => {
    const store = createMemoryStore();
    await world.scope.close();
    world = await createWorld({ store });
    const { sessionId } = await playing(world);
    await settled();
    const saved = structuredClone(await store.findSession(sessionId));
    expect(saved).toMatchObject({ state: "streaming" });
    await world.scope.close();
    const after = createMemoryStore();
    await after.saveSession(saved!, []);
    world = await createWorld({ store: after });
    expect(world.heldBy("p1")).toMatchObject([{ sessionId }]);
  });

  test("a node that does not come back loses its sessions", async () => {
    const { sessionId } = await playing(world);
    await restarted();
    const player = world.player("p1");
    player.connected(sessionId);
    await vi.advanceTimersByTimeAsync(NODE_GRACE_MS + 1_000);
    expect(player.last("session.moving")).toMatchObject({ reason: "node-lost" });
    await vi.advanceTimersByTimeAsync(MOVE_WAIT_MS);
    expect(endOf(player)).toBe("node-lost");
  });

  test("what had not begun is over, and both sides are told before", async () => {
    const node = world.node("n1").register({ slots: 1 });
    const first = world.player("p1");
    const second = world.player("p2");
    const firstId = await first.request();
    const secondId = await second.request();
    world.sessions.stop();
    expect([endOf(first), endOf(second)]).toEqual(["server-stopped", "server-stopped"]);
    expect(node.of("session.stop")).toMatchObject([{ sessionId: firstId, reason: "server-stopped" }]);
    await restarted();
    expect(await world.store.openSessions()).toEqual([]);
    expect(await world.store.findSession(secondId)).toMatchObject({ end: { reason: "server-stopped" } });
  });

  test("what a crash left half started, or of a title that is gone, is closed in the books", async () => {
    const store = createMemoryStore();
    const lease = { nodeId: "n1", slot: 0, epoch: 1 };
    const record = { id: "s1", playerId: "p1", titleId: "freedoom", device, requestedAtMs: 1, end: undefined, lease, term: 1 };
    const played = { sinceMs: 2, meteredMs: 0, runningSinceMs: 2 };
    await store.saveSession({ ...record, state: "starting", played: undefined }, []);
    await store.saveSession({ ...record, id: "s2", titleId: "gone", state: "streaming", played }, []);
    await world.scope.close();
    world = await createWorld({ store });
    await settled();
    expect(await store.openSessions()).toEqual([]);
    expect((await store.findSession("s1"))?.end?.reason).toBe("server-stopped");
    expect((await store.findSession("s2"))?.end?.reason).toBe("title-unknown");
    // The node still has them, and is told to stop.
    const node = world.node("n1").register({ sessions: ["s1", "s2"] });
    expect(node.of("session.stop")).toHaveLength(2);
  });
});
