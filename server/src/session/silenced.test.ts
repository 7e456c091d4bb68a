// A checker's play that is an audit: what its node says of the way to it is bent, and nobody else's is.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silenceOffer, silenceResult } from "../checking/silence.ts";
import { offer as plain } from "../testing/fixtures.ts";
import { createWorld, type World } from "../testing/world.ts";

const SECRET = "a secret of the servers";
const ice = { usernameFragment: "frnb4gkirl8jn2lf", password: "gjwgi2kgexmqc9if7q2fe76f9hov7ob0" };
const offer = { ...plain, receive: { ...plain.receive, iceParameters: ice }, send: { ...plain.send, iceParameters: ice } };

let world: World;
beforeEach(async () => {
  vi.useFakeTimers();
  world = await createWorld({ silencedBy: (playerId, nodeId) => (playerId === "checker" && nodeId === "n1" ? SECRET : undefined) });
});
afterEach(async () => {
  await world.scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** The offer that this player gets, what it is told when it asks for a new password, and what the node heard. */
async function play(playerId: string, nodeId: string) {
  const node = world.node(nodeId).register({ slots: 1 });
  const player = world.player(playerId);
  const sessionId = await player.request();
  const epoch = node.epochOf(sessionId);
  node.say({ type: "session.offer", sessionId, epoch, offer });
  void player.say({ type: "session.signal", sessionId, epoch, callId: 1, signal: { call: "transport.restart-ice", transportId: "t-send" } });
  const [asked] = node.of("session.signal");
  node.say({ type: "session.signal.reply", sessionId, epoch, callId: asked?.callId ?? 0, result: { ok: true, value: ice } });
  return { offered: player.last("session.offer")?.offer, renewed: player.last("session.signal.reply")?.result, asked: asked?.signal };
}

test("the passwords that its node tells of are others, the renewed one too; the node hears what it always does", async () => {
  expect(await play("checker", "n1")).toEqual({
    offered: silenceOffer(offer, SECRET), renewed: silenceResult({ ok: true, value: ice }, SECRET), asked: { call: "transport.restart-ice", transportId: "t-send" },
  });
});

test.each([["p1", "n1"], ["checker", "n2"]])("%s on %s gets them as they are", async (playerId, nodeId) => {
  expect(await play(playerId, nodeId)).toMatchObject({ offered: offer, renewed: { ok: true, value: ice } });
});
