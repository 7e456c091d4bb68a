// Links and guests between players, guests and nodes that only remember what they were told.

import { CODE_LENGTH, type GuestRole } from "@nearframe/shared/friends/roles";
import { describe, expect, test, vi } from "vitest";
import { HEARTBEAT_MS } from "../nodes/limits.ts";
import { GONE_MS, PARKED_MS } from "../session/limits.ts";
import { device, offer } from "../testing/fixtures.ts";
import { processesOfEachTest } from "../testing/processes.ts";
import { playing, settled, type FakeNode, type FakePeer } from "../testing/world.ts";
import { COME_AGAIN_MS } from "./company.ts";

const HOUR_MS = 3_600_000;

const processes = processesOfEachTest();
const start = () => processes.now.start();

async function share(player: FakePeer, sessionId: string, role: GuestRole = "watch", lastsMs = HOUR_MS): Promise<string> {
  await player.say({ type: "share.make", requestId: "share", sessionId, role, lastsMs });
  await settled();
  return player.last("share.made")?.share.code ?? "";
}

async function join(guest: FakePeer, code: string): Promise<string> {
  await guest.say({ type: "guest.join", requestId: `join${guest.messages.length}`, code, device });
  await vi.advanceTimersByTimeAsync(10);
  return guest.last("guest.joined")?.guestId ?? "";
}

const epochOf = (node: FakeNode, sessionId: string) => node.epochOf(sessionId);

test("a player's link lets a guest in, who gets a seat on the session's node and an offer", async () => {
  const world = await start();
  const { player, node, sessionId } = await playing(world);
  const code = await share(player, sessionId, "co-op");
  expect(code).toHaveLength(CODE_LENGTH);
  const guest = world.player("p2");
  const guestId = await join(guest, code);
  expect(guest.last("guest.joined")).toMatchObject({ sessionId, role: "co-op", pad: 1, title: { id: "freedoom" } });
  const epoch = epochOf(node, sessionId);
  expect(node.of("seat.open")).toEqual([{ type: "seat.open", sessionId, epoch, guestId, role: "co-op", pad: 1, device }]);
  node.say({ type: "seat.offer", sessionId, epoch, guestId, offer });
  node.say({ type: "seat.presence", sessionId, epoch, guestId, connected: true });
  expect(guest.last("guest.offer")).toEqual({ type: "guest.offer", sessionId, guestId, epoch, offer });
  expect(player.last("session.company")).toMatchObject({
    you: "owner",
    members: [{ id: "owner" }, { id: guestId, role: "co-op", pad: 1, connected: true }],
    shares: [{ code, role: "co-op" }],
  });
  expect(guest.last("session.company")).not.toHaveProperty("shares");
  // The guest's calls reach the guest's seat, and the answers the guest.
  await guest.say({ type: "guest.signal", sessionId, guestId, epoch, callId: 7, signal: { call: "transport.restart-ice", transportId: "t" } });
  const [asked] = node.of("seat.signal");
  expect(asked).toMatchObject({ guestId, epoch });
  node.say({ type: "session.signal.reply", sessionId, epoch, callId: asked?.callId ?? 0, result: { ok: true, value: {} } });
  expect(guest.last("session.signal.reply")).toMatchObject({ callId: 7, result: { ok: true } });
  expect(player.all("session.signal.reply")).toEqual([]);
});

describe("nobody but the session's player", () => {
  test("makes a link, takes one back, or sends a guest away", async () => {
    const world = await start();
    const { player, sessionId } = await playing(world);
    const stranger = world.player("p2");
    expect(await share(stranger, sessionId)).toBe("");
    expect(stranger.last("error")).toMatchObject({ code: "SESSION_UNKNOWN", requestId: "share" });
    const code = await share(player, sessionId);
    const guestId = await join(stranger, code);
    await stranger.say({ type: "share.revoke", sessionId, code });
    await stranger.say({ type: "guest.remove", sessionId, guestId });
    await stranger.say({ type: "share.list", sessionId });
    await settled();
    expect(player.last("session.company")).toMatchObject({ members: [{}, { id: guestId }], shares: [{ code }] });
    expect(stranger.all("session.company").some((told) => "shares" in told)).toBe(false);
  });
});

test("a link that was taken back takes its guests' seats, and stays dead when the server starts anew", async () => {
  const world = await start();
  const { player, node, sessionId } = await playing(world);
  const code = await share(player, sessionId);
  const guest = world.player("p2");
  const guestId = await join(guest, code);
  await player.say({ type: "share.revoke", sessionId, code });
  await settled();
  expect(guest.last("guest.ended")).toMatchObject({ guestId, reason: "revoked" });
  expect(node.of("seat.close")).toMatchObject([{ sessionId, guestId }]);
  await join(guest, code);
  expect(guest.last("error")).toMatchObject({ code: "SHARE_UNKNOWN" });
  expect(await processes.now.store.findShare(code)).toMatchObject({ revokedAtMs: expect.any(Number) as number });
});

test("a link runs out, and with it whoever came by it", async () => {
  const world = await start();
  const { player, node, sessionId } = await playing(world);
  const code = await share(player, sessionId, "watch", 60_000);
  const guest = world.player("p2");
  await join(guest, code);
  for (let s = 0; s < 61; s += 5) {
    await vi.advanceTimersByTimeAsync(5_000);
    node.heartbeat([sessionId]);
  }
  expect(guest.last("guest.ended")).toMatchObject({ reason: "expired" });
  expect(player.last("session.company")).toMatchObject({ shares: [] });
});

test("guests hear of the session's end, and a guest who goes is told of and loses the seat", async () => {
  const world = await start();
  const { player, node, sessionId } = await playing(world);
  const code = await share(player, sessionId);
  const [stays, goes] = [world.player("p2"), world.player("p3")];
  await join(stays, code);
  const goneId = await join(goes, code);
  goes.disconnect();
  expect(node.of("seat.close")).toMatchObject([{ guestId: goneId }]);
  expect(player.last("session.company")?.members).toHaveLength(2);
  player.leave(sessionId);
  expect(stays.last("guest.ended")).toMatchObject({ reason: "session-ended" });
});

test("a viewer whose browser can't decode the stream is told so", async () => {
  const world = await start();
  const { player, node, sessionId } = await playing(world);
  const guest = world.player("p2");
  const guestId = await join(guest, await share(player, sessionId));
  const epoch = epochOf(node, sessionId);
  node.say({ type: "seat.refused", sessionId, epoch, guestId, why: "codec", detail: "this browser can't receive video/AV1" });
  expect(guest.last("guest.ended")).toMatchObject({ reason: "codec", detail: "this browser can't receive video/AV1" });
});

test("friends in one session reach each other, and nobody else's session", async () => {
  const world = await start();
  const { player, sessionId } = await playing(world);
  const code = await share(player, sessionId);
  const [one, two, stranger] = [world.player("p2"), world.player("p3"), world.player("p4")];
  const oneId = await join(one, code);
  const twoId = await join(two, code);
  await one.say({ type: "friend.signal", sessionId, to: twoId, data: { sdp: "x" } });
  await one.say({ type: "friend.signal", sessionId, to: "owner", data: { sdp: "y" } });
  await player.say({ type: "friend.signal", sessionId, to: oneId, data: { sdp: "z" } });
  await stranger.say({ type: "friend.signal", sessionId, to: oneId, data: { sdp: "evil" } });
  expect(two.all("friend.signal")).toEqual([{ type: "friend.signal", sessionId, from: oneId, data: { sdp: "x" } }]);
  expect(player.all("friend.signal")).toEqual([{ type: "friend.signal", sessionId, from: oneId, data: { sdp: "y" } }]);
  expect(one.all("friend.signal")).toEqual([{ type: "friend.signal", sessionId, from: "owner", data: { sdp: "z" } }]);
  await one.say({ type: "friend.voice", sessionId, on: true });
  expect(player.last("session.company")?.members.filter(({ voice }) => voice)).toMatchObject([{ id: oneId }]);
});

test("a page that was loaded anew is told who is there", async () => {
  const world = await start();
  const { player, sessionId } = await playing(world);
  await join(world.player("p2"), await share(player, sessionId));
  player.disconnect();
  const again = world.player("p1");
  await again.resume(sessionId);
  expect(again.last("session.company")?.members).toHaveLength(2);
});

describe("over several server processes", () => {
  test("seats that one gave which is gone are closed by the next, though no guest comes again", async () => {
    const first = await start();
    const { player, sessionId } = await playing(first);
    await join(first.player("p2"), await share(player, sessionId));
    await first.kill();
    const next = await start();
    const node = next.node("n1").register({ sessions: [sessionId] });
    const back = next.player("p1");
    for (let passedMs = 0; passedMs < PARKED_MS + COME_AGAIN_MS; passedMs += HEARTBEAT_MS) {
      node.heartbeat([sessionId]);
      if (passedMs === PARKED_MS) back.connected(sessionId);
      await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    }
    expect(node.of("seat.keep")).toMatchObject([{ sessionId, guestIds: [] }]);
  });

  /** One guest at each process: whoever owns the session, one of them is elsewhere. */
  async function playedAtTwo() {
    const [here, there] = [await start(), await start()];
    const node = here.node("n1").register();
    const player = here.player("p1");
    await player.request();
    await vi.advanceTimersByTimeAsync(50);
    const sessionId = player.last("session.created")?.sessionId ?? "";
    player.connected(sessionId);
    player.firstFrame(sessionId);
    await vi.advanceTimersByTimeAsync(50);
    await player.say({ type: "share.make", requestId: "share", sessionId, role: "watch", lastsMs: HOUR_MS });
    await vi.advanceTimersByTimeAsync(50);
    const code = player.last("share.made")?.share.code ?? "";
    const guests = [here.player("p2"), there.player("p3")];
    for (const guest of guests) await join(guest, code);
    await vi.advanceTimersByTimeAsync(50);
    return { here, node, player, sessionId, guests };
  }

  test("a guest comes in at any of them", async () => {
    const { node, player, sessionId, guests } = await playedAtTwo();
    for (const guest of guests) {
      const { guestId } = guest.last("guest.joined")!;
      node.say({ type: "seat.offer", sessionId, epoch: epochOf(node, sessionId), guestId, offer });
      await vi.advanceTimersByTimeAsync(50);
      expect(guest.last("guest.offer")).toMatchObject({ sessionId });
    }
    expect(player.last("session.company")?.members).toHaveLength(3);
  });

  test("a session whose entry the cluster lost for a moment loses nobody", async () => {
    const { player, sessionId, guests } = await playedAtTwo();
    const bucket = processes.now.hub.entries("sessions", undefined);
    bucket.remove(sessionId, bucket.get(sessionId)!.revision);
    await vi.advanceTimersByTimeAsync(2 * GONE_MS);
    expect(guests.map((guest) => guest.last("guest.ended"))).toEqual([undefined, undefined]);
    expect(player.last("session.ended")).toBeUndefined();
    player.leave(sessionId);
    await vi.advanceTimersByTimeAsync(50);
    expect(guests.map((guest) => guest.all("guest.ended").map(({ reason }) => reason))).toEqual([["session-ended"], ["session-ended"]]);
  });

  test("of a session that nobody has any more the guests hear the end", async () => {
    const { here, sessionId, guests } = await playedAtTwo();
    const owner = processes.now.ownerOf(sessionId)!;
    await owner.kill();
    const bucket = processes.now.hub.entries("sessions", undefined);
    bucket.remove(sessionId, bucket.get(sessionId)!.revision);
    await vi.advanceTimersByTimeAsync(2 * GONE_MS);
    const guestLeft = guests[owner === here ? 1 : 0];
    expect(guestLeft?.all("guest.ended").map(({ reason }) => reason)).toEqual(["session-ended"]);
  });
});
