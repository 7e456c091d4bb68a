// Classes in line that somebody sets: the operator, by the store, and a page that is hidden.

import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLocalHub, type LocalHub } from "../cluster/adapters/local/local-hub.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { device } from "../testing/fixtures.ts";
import { createWorld, silentLog, type FakePeer, type World } from "../testing/world.ts";
import { LINE_TELL_MS, PLACE_AGAIN_MS } from "./limits.ts";

const TOLD_MS = LINE_TELL_MS + PLACE_AGAIN_MS + 100;

let scope: Scope;
let hub: LocalHub;
let store: ReturnType<typeof createMemoryStore>;
let worlds: World[];

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  hub = createLocalHub({ clock: systemClock, log: silentLog }, scope);
  store = createMemoryStore();
  worlds = [];
});

afterEach(async () => {
  for (const world of worlds) await Promise.all([world.scope.close(), vi.advanceTimersByTimeAsync(0)]);
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function join(): Promise<World> {
  const world = await createWorld({ store, hub });
  worlds.push(world);
  return world;
}

const giveClass = (playerId: string, playerClass: "paid" | "background", forMs = 60_000) =>
  store.giveClass(playerId, { playerClass, untilMs: Date.now() + forMs }, Date.now());

async function ask(world: World, name: string): Promise<{ peer: FakePeer; sessionId: string }> {
  const peer = world.player(name);
  const sessionId = await peer.request();
  await vi.advanceTimersByTimeAsync(10);
  return { peer, sessionId: sessionId || peer.last("session.created")!.sessionId };
}

const placeOf = ({ peer }: { peer: FakePeer }): number | undefined => peer.last("session.queued")?.position;

test("who has a class of the operator's is served by it, at whichever process they wait", async () => {
  const [first, second] = [await join(), await join()];
  await giveClass("later", "background");
  await giveClass("payer", "paid");
  await giveClass("lapsed", "paid", -1);
  first.node("n1").register({ slots: 1 });
  await vi.advanceTimersByTimeAsync(10);
  await ask(first, "plays");
  const [later, lapsed, plain, payer] = [await ask(first, "later"), await ask(second, "lapsed"), await ask(first, "plain"), await ask(second, "payer")];
  await vi.advanceTimersByTimeAsync(TOLD_MS);
  expect([payer, lapsed, plain, later].map(placeOf)).toEqual([1, 2, 3, 4]);
});

test("while a page is hidden others go first, and its old place is there when it is seen again", async () => {
  const world = await join();
  const node = world.node("n1").register({ slots: 1 });
  const playing = await ask(world, "plays");
  const [first, second] = [await ask(world, "p1"), await ask(world, "p2")];
  await first.peer.say({ type: "session.presence", sessionId: first.sessionId, visible: false });
  // Nobody can send another to the back.
  await first.peer.say({ type: "session.presence", sessionId: second.sessionId, visible: false });
  expect([first, second].map(placeOf)).toEqual([2, 1]);
  await first.peer.say({ type: "session.presence", sessionId: first.sessionId, visible: true });
  expect([first, second].map(placeOf)).toEqual([1, 2]);
  await first.peer.say({ type: "session.presence", sessionId: first.sessionId, visible: false });
  node.ended(playing.sessionId, "title-exited");
  await vi.advanceTimersByTimeAsync(10);
  expect(second.peer.last("session.progress")).toMatchObject({ step: "placed" });
});

test("a store that does not answer leaves everybody ordinary, and in line", async () => {
  const world = await join();
  store.findClass = () => Promise.reject(new Error("away"));
  world.node("n1").register({ slots: 1 });
  await ask(world, "plays");
  expect(placeOf(await ask(world, "payer"))).toBe(1);
});

test("the door takes no class from a player", () => {
  const request = { type: "session.request", requestId: "r1", titleId: "freedoom", device };
  expect(parseMessage(ClientToServer, JSON.stringify(request)).ok).toBe(true);
  for (const field of ["priority", "class", "playerClass"]) {
    expect(parseMessage(ClientToServer, JSON.stringify({ ...request, [field]: "paid" }))).toMatchObject({ ok: false, code: "MESSAGE_INVALID" });
  }
});
