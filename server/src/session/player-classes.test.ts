// Classes in line that somebody sets: the operator, by the store, and a page that is hidden.

import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { expect, test, vi } from "vitest";
import { device } from "../testing/fixtures.ts";
import { ask, positionOf, processesOfEachTest } from "../testing/processes.ts";
import { LINE_TELL_MS, PLACE_AGAIN_MS } from "./limits.ts";

const TOLD_MS = LINE_TELL_MS + PLACE_AGAIN_MS + 100;

const processes = processesOfEachTest();

const giveClass = (playerId: string, playerClass: "paid" | "background", forMs = 60_000) =>
  processes.now.store.giveClass(playerId, { playerClass, untilMs: Date.now() + forMs }, Date.now());

test("who has a class of the operator's is served by it, at whichever process they wait", async () => {
  const [first, second] = [await processes.now.start(), await processes.now.start()];
  await giveClass("later", "background");
  await giveClass("payer", "paid");
  await giveClass("lapsed", "paid", -1);
  first.node("n1").register({ slots: 1 });
  await vi.advanceTimersByTimeAsync(10);
  await ask(first, "plays");
  const [later, lapsed, plain, payer] = [await ask(first, "later"), await ask(second, "lapsed"), await ask(first, "plain"), await ask(second, "payer")];
  await vi.advanceTimersByTimeAsync(TOLD_MS);
  expect([payer, lapsed, plain, later].map(positionOf)).toEqual([1, 2, 3, 4]);
});

test("while a page is hidden others go first, and its old place is there when it is seen again", async () => {
  const world = await processes.now.start();
  const node = world.node("n1").register({ slots: 1 });
  const playing = await ask(world, "plays");
  const [first, second] = [await ask(world, "p1"), await ask(world, "p2")];
  await first.peer.say({ type: "session.presence", sessionId: first.sessionId, visible: false });
  // Nobody can send another to the back.
  await first.peer.say({ type: "session.presence", sessionId: second.sessionId, visible: false });
  expect([first, second].map(positionOf)).toEqual([2, 1]);
  await first.peer.say({ type: "session.presence", sessionId: first.sessionId, visible: true });
  expect([first, second].map(positionOf)).toEqual([1, 2]);
  await first.peer.say({ type: "session.presence", sessionId: first.sessionId, visible: false });
  node.ended(playing.sessionId, "title-exited");
  await vi.advanceTimersByTimeAsync(10);
  expect(second.peer.last("session.progress")).toMatchObject({ step: "placed" });
});

test("a store that does not answer leaves everybody ordinary, and in line", async () => {
  const world = await processes.now.start();
  processes.now.store.findClass = () => Promise.reject(new Error("away"));
  world.node("n1").register({ slots: 1 });
  await ask(world, "plays");
  expect(positionOf(await ask(world, "payer"))).toBe(1);
});

test("the door takes no class from a player", () => {
  const request = { type: "session.request", requestId: "r1", titleId: "freedoom", device };
  expect(parseMessage(ClientToServer, JSON.stringify(request)).ok).toBe(true);
  for (const field of ["priority", "class", "playerClass"]) {
    expect(parseMessage(ClientToServer, JSON.stringify({ ...request, [field]: "paid" }))).toMatchObject({ ok: false, code: "MESSAGE_INVALID" });
  }
});
