// Whose samples are taken, and for how long.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createWorld, playing, type World } from "../testing/world.ts";

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

/** The world's players come from no address, and check nothing. */
const player1 = { playerId: "p1", address: undefined, check: false };

const senders = () => world.telemetry.taken.map(({ from }) => from);

test("both ends of a session that is played are heard, with its node and its first frame", async () => {
  const { player, node, sessionId } = await playing(world);
  player.tell(sessionId);
  node.tell(sessionId);
  const session = { sessionId, nodeId: "n1", playedSinceMs: Date.now(), player: player1 };
  expect(world.telemetry.taken).toEqual([
    { from: "player", session },
    { from: "node", session },
  ]);
});

test("nobody is heard before the first frame, nor while the player is away", async () => {
  const node = world.node("n1").register();
  const player = world.player("p1");
  const sessionId = await player.request();
  player.tell(sessionId);
  node.tell(sessionId);
  player.connected(sessionId);
  player.firstFrame(sessionId);
  player.disconnect();
  node.tell(sessionId);
  expect([senders(), world.telemetry.refused]).toEqual([[], 0]);
  const back = world.player("p1");
  await back.resume(sessionId);
  back.firstFrame(sessionId);
  back.tell(sessionId);
  node.tell(sessionId);
  expect(senders()).toEqual(["player", "node"]);
});

test("another player's session, or another node's, is nobody else's to tell of", async () => {
  const { sessionId } = await playing(world);
  const stranger = world.player("p2");
  stranger.tell(sessionId);
  world.node("n2").register().tell(sessionId);
  expect([senders(), world.telemetry.refused]).toEqual([[], 2]);
  // Nothing is answered: a stranger learns nothing, not even that there is such a session.
  expect(stranger.messages).toEqual([]);
});

test("of two devices of one player, only the one that plays is heard", async () => {
  const { player, sessionId } = await playing(world);
  const phone = world.player("p1");
  await phone.resume(sessionId);
  phone.firstFrame(sessionId);
  player.tell(sessionId);
  phone.tell(sessionId);
  expect([senders(), world.telemetry.refused]).toEqual([["player"], 1]);
});

test("an end is told once, and a sample that crosses it is no offence", async () => {
  const { player, node, sessionId } = await playing(world);
  player.leave(sessionId);
  player.tell(sessionId);
  node.tell(sessionId);
  node.ended(sessionId);
  player.tell(sessionId);
  node.tell(sessionId);
  expect([world.telemetry.ended, senders(), world.telemetry.refused]).toEqual([[sessionId], [], 0]);
});

test("what outlives the server goes on counting from the same first frame", async () => {
  const { sessionId } = await playing(world);
  const playedSinceMs = Date.now();
  await vi.advanceTimersByTimeAsync(10_000);
  world.sessions.stop();
  await world.scope.close();
  expect(world.telemetry.ended).toEqual([]);
  world = await createWorld({ store: world.store });
  world.node("n1").register({ sessions: [sessionId] });
  const back = world.player("p1");
  back.connected(sessionId);
  back.tell(sessionId);
  expect(world.telemetry.taken).toEqual([{ from: "player", session: { sessionId, nodeId: "n1", playedSinceMs, player: player1 } }]);
});
