// A session that is being played, and a node that would serve it better: the whole indexer, with
// nodes and players that only say what they are told to.

import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { probeSignedBytes } from "@nearframe/shared/probe/signed-bytes";
import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serverPoint } from "../probing/probe-points.ts";
import { offer } from "../testing/fixtures.ts";
import { createWorld, playing, settled, type FakeNode, type FakePeer, type World } from "../testing/world.ts";
import { TRIAL_MS } from "./limits.ts";
import { COMPARE_EVERY_MS, MOVE_WITHIN_MS, REST_MS } from "./move-watch.ts";
import { BETTER_FOR_MS } from "./worth-moving.ts";

let world: World;
beforeEach(async () => {
  vi.useFakeTimers();
  world = await createWorld();
});
afterEach(async () => {
  await world.scope.close();
  vi.useRealTimers();
});

const path = (rttMs: number): ProbeResult => ({ count: 12, lost: 0, rttMs: { min: rttMs, p50: rttMs, p95: rttMs }, jitterMs: 0 });
const NEAR = path(8);

type Answers = { byPlayer?: ProbeResult | undefined; byNode?: ProbeResult | undefined; forged?: boolean };

/** Node and player do as real ones: a seat is offered, both measure, and the node signs what it saw. */
function answerTrials(player: FakePeer, near: FakeNode, { byPlayer = NEAR, byNode = NEAR, forged = false }: Answers = {}): void {
  let nonce = "";
  near.heard = (message) => {
    if (message.type !== "session.prepare") return;
    nonce = message.nonce;
    near.say({ type: "session.offer", sessionId: message.sessionId, epoch: message.epoch, offer });
  };
  const send = player.send.bind(player);
  player.send = (message) => {
    send(message);
    if (message.type !== "session.trial") return;
    const { sessionId, epoch } = message;
    const signature = near.identity.sign(probeSignedBytes({ sessionId, epoch, nonce, nodeId: near.nodeId }, forged ? path(1) : byNode));
    near.say({ type: "session.probed", sessionId, epoch, result: byNode, signature });
    void player.say({ type: "session.probed", sessionId, epoch, result: byPlayer, receipt: signature });
  };
}

/** Played on `n1` over a long way, with `n2` as near to the server as its player is. */
async function playFarAway(answers?: Answers | "nobody-answers") {
  const { player, node, sessionId } = await playing(world);
  player.place = { address: undefined, timeZone: undefined, rttVector: { [serverPoint(world.serverId)]: 8 } };
  const near = world.node("n2");
  near.rttMs = 4;
  near.register();
  near.heartbeat();
  if (answers !== "nobody-answers") answerTrials(player, near, answers);
  return { player, node, near, sessionId };
}

const WATCHED_MS = 120_000;
const PAUSING: Partial<NodeSample> = { roundTripMs: 90, idleMs: 15_000, savedAll: true };

type Played = Awaited<ReturnType<typeof playFarAway>>;

/** Says the same of each second, until the session is moved; after how long that was. */
async function movedAfterMs(
  { player, node, near, sessionId }: Played,
  sample: Partial<NodeSample> | ((passedMs: number) => Partial<NodeSample>),
): Promise<number | undefined> {
  for (let passedMs = 0; passedMs <= WATCHED_MS; passedMs += 1_000) {
    node.tell(sessionId, typeof sample === "function" ? sample(passedMs) : sample);
    if (player.last("session.moving")) return passedMs;
    if (passedMs % 5_000 === 0) for (const each of [node, near]) each.heartbeat(each === node ? [sessionId] : []);
    player.tell(sessionId);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  return undefined;
}

test("it goes there in a pause, after half a minute, with its save: the old node ends it first", async () => {
  const played = await playFarAway();
  const { player, node, near, sessionId } = played;
  const afterMs = await movedAfterMs(played, PAUSING);
  expect(afterMs).toBeGreaterThanOrEqual(BETTER_FOR_MS);
  expect(afterMs).toBeLessThanOrEqual(MOVE_WITHIN_MS);
  expect(player.last("session.moving")).toMatchObject({ sessionId, reason: "better-node" });
  expect(node.of("session.stop").at(-1)).toMatchObject({ sessionId, reason: "node-drained" });
  expect(near.of("session.start")).toEqual([]);
  // It was measured once, and has given back what that took.
  expect([near.of("session.prepare").length, near.of("session.stop").length, world.slotsFree("n2")]).toEqual([1, 1, 2]);
  node.ended(sessionId, "node-drained");
  await settled();
  expect(near.of("session.start")).toHaveLength(1);
  player.firstFrame(sessionId);
  await settled();
  expect([world.slotsFree("n1"), world.slotsFree("n2")]).toEqual([2, 1]);
});

test.each([
  ["the player is in the middle of something", { idleMs: 500 }],
  ["something is not saved", { savedAll: false }],
  ["nobody would feel the difference", { roundTripMs: 18 }],
  ["nothing was measured", { roundTripMs: 0 }],
  ["the node says nothing of it, as an older one", { idleMs: undefined, savedAll: undefined }],
])("it stays where %s", async (_name, change) => {
  const { idleMs, savedAll, ...rest } = { ...PAUSING, ...change };
  const sample = { ...rest, ...(idleMs !== undefined && { idleMs }), ...(savedAll !== undefined && { savedAll }) };
  expect(await movedAfterMs(await playFarAway(), sample)).toBeUndefined();
});

test.each<[string, Answers | "nobody-answers"]>([
  ["it is not nearer once it is measured", { byPlayer: path(84), byNode: path(84) }],
  ["it loses so much that it would be no better", { byPlayer: { ...NEAR, lost: 6 }, byNode: { ...NEAR, lost: 6 } }],
  ["the two ends tell of different paths", { byPlayer: path(8), byNode: path(70) }],
  ["what is told took no time", { byPlayer: path(0), byNode: path(0) }],
  ["the node's report is not signed with its key", { forged: true }],
  ["nobody answers, as a page of an earlier version", "nobody-answers"],
])("it stays where %s, and nothing of the try is left", async (_name, answers) => {
  const played = await playFarAway(answers);
  expect(await movedAfterMs(played, PAUSING)).toBeUndefined();
  const { player, near, sessionId } = played;
  // One try, and none within ten minutes.
  expect([near.of("session.prepare").length, near.of("session.stop").length, world.slotsFree("n2")]).toEqual([1, 1, 2]);
  expect(near.of("session.stop")).toMatchObject([{ sessionId, reason: "taken-over" }]);
  expect(player.messages.map(({ type }) => type)).not.toContain("session.offer");
});

test("a player who leaves while the other node is measured leaves nothing there", async () => {
  const { player, node, near, sessionId } = await playFarAway("nobody-answers");
  const prepared = () => near.of("session.prepare").length;
  for (let passedMs = 0; prepared() === 0 && passedMs <= WATCHED_MS; passedMs += 1_000) {
    node.tell(sessionId, PAUSING);
    if (passedMs % 5_000 === 0) for (const each of [node, near]) each.heartbeat(each === node ? [sessionId] : []);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect([prepared(), world.slotsFree("n2")]).toEqual([1, 1]);
  player.leave(sessionId);
  await settled();
  // At once, before anybody else is placed.
  expect([near.of("session.stop").length, world.slotsFree("n2")]).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(TRIAL_MS);
  expect(near.of("session.stop")).toHaveLength(1);
});

test("a queue in the player's own line is no reason: the least of half a minute counts", async () => {
  const queued = (passedMs: number) => ({ ...PAUSING, roundTripMs: passedMs % 20_000 === 0 ? 14 : 140 });
  expect(await movedAfterMs(await playFarAway(), queued)).toBeUndefined();
});

test("where the other node is known by distance only, it is no ground to move", async () => {
  const { player, node, sessionId } = await playing(world);
  const near = world.node("n2").register();
  expect(await movedAfterMs({ player, node, near, sessionId }, PAUSING)).toBeUndefined();
});

test("moved once, it is left alone for a while", async () => {
  const played = await playFarAway();
  const { player, node, near, sessionId } = played;
  await movedAfterMs(played, PAUSING);
  node.ended(sessionId, "node-drained");
  await settled();
  player.connected(sessionId);
  player.firstFrame(sessionId);
  // By then the way to the new node has grown bad, and the old one's is good.
  node.rttMs = 2;
  node.heartbeat();
  const moves = () => player.all("session.moving").length;
  for (let passedMs = 0; passedMs < REST_MS - MOVE_WITHIN_MS; passedMs += 1_000) {
    near.tell(sessionId, PAUSING);
    if (passedMs % 5_000 === 0) for (const each of [node, near]) each.heartbeat(each === near ? [sessionId] : []);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(moves()).toBe(1);
});

test("an operator who empties a node has its sessions moved at once, whatever their players do", async () => {
  const played = await playFarAway();
  const { player, node, near, sessionId } = played;
  world.nodes.tell("n1", { type: "drain-asked", by: "server" });
  world.sessions.emptyNode("n1");
  await settled();
  expect(player.last("session.moving")).toMatchObject({ reason: "node-drained" });
  node.ended(sessionId, "node-drained");
  await settled();
  expect(near.of("session.start")).toHaveLength(1);
  expect(COMPARE_EVERY_MS).toBeLessThan(BETTER_FOR_MS);
});
