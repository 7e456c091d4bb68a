import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { CloseCode, MESSAGE_BYTES_MAX, SOCKET_BACKLOG_BYTES_MAX } from "@nearframe/shared/protocol/limits";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { silentLog } from "../testing/world.ts";
import { PING_EVERY_MS, REFUSALS_MAX, ROUND_TRIPS_AT_FIRST } from "./limits.ts";
import { createPeer, type PeerSocket } from "./peer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const PING = JSON.stringify({ type: "ping", sentAtMs: 1 });

function setUp({
  onMessage = (_message: ClientToServer): void | Promise<void> => {},
  rate = { perSecond: 1_000, burst: 1_000 },
} = {}) {
  const sent: { type: string; code?: string; message?: string }[] = [];
  const closes: (number | "terminated")[] = [];
  const handled: ClientToServer[] = [];
  let pings = 0;
  let closedTimes = 0;
  const socket = {
    backlogBytes: 0,
    send: (text: string) => void sent.push(JSON.parse(text)),
    ping: () => void pings++,
    close: (code: number) => void closes.push(code),
    terminate: () => {
      closes.push("terminated");
      peer.handleClosed();
    },
  } satisfies PeerSocket;
  const scope = new Scope();
  const peer = createPeer<typeof ClientToServer, { type: string }>(
    socket,
    {
      schema: ClientToServer,
      rate,
      onMessage: (message) => {
        handled.push(message);
        return onMessage(message);
      },
      onClosed: () => void closedTimes++,
    },
    { clock: systemClock, log: silentLog },
    scope,
  );
  const receive = (text: string) => peer.handleText(Buffer.byteLength(text), () => text);
  return { peer, socket, sent, closes, handled, scope, receive, pings: () => pings, closedTimes: () => closedTimes };
}

test("a good message is handled, and nothing is answered by the peer itself", () => {
  const { receive, handled, sent } = setUp();
  receive(PING);
  expect(handled).toEqual([{ type: "ping", sentAtMs: 1 }]);
  expect(sent).toEqual([]);
});

test.each([
  ["not JSON", "hello", "MESSAGE_NOT_JSON"],
  ["an unknown message", '{"type":"session.cheat"}', "MESSAGE_UNKNOWN"],
  ["no type", "{}", "MESSAGE_UNKNOWN"],
  ["a field too many", '{"type":"ping","sentAtMs":1,"x":1}', "MESSAGE_INVALID"],
  ["a field of another kind", '{"type":"ping","sentAtMs":"1"}', "MESSAGE_INVALID"],
  ["a list", "[]", "MESSAGE_INVALID"],
  ["null", "null", "MESSAGE_INVALID"],
])("%s is refused by name, and the socket stays open", (_name, text, code) => {
  const { receive, sent, closes, handled } = setUp();
  receive(text);
  expect(sent).toMatchObject([{ type: "error", code }]);
  expect(closes).toEqual([]);
  expect(handled).toEqual([]);
});

test("binary is refused", () => {
  const { peer, sent } = setUp();
  peer.handleBinary();
  expect(sent).toMatchObject([{ code: "MESSAGE_NOT_JSON" }]);
});

test("what is too large is refused unread, and closes the socket", () => {
  const { peer, sent, closes } = setUp();
  peer.handleText(MESSAGE_BYTES_MAX + 1, () => expect.fail("it was read"));
  expect(sent).toMatchObject([{ code: "MESSAGE_TOO_LARGE" }]);
  expect(closes).toEqual([CloseCode.tooLarge]);
});

test("the answer to nonsense is short, however long the nonsense", () => {
  const { receive, sent } = setUp();
  receive(JSON.stringify({ type: "ping", sentAtMs: 1, ["k".repeat(50_000)]: 1 }));
  expect(sent[0]?.message?.length).toBeLessThanOrEqual(500);
});

test("a peer that only talks nonsense is sent away", () => {
  const { receive, sent, closes } = setUp();
  for (let count = 0; count < REFUSALS_MAX + 10; count++) receive("nonsense");
  expect(closes).toEqual([CloseCode.protocol]);
  expect(sent).toHaveLength(REFUSALS_MAX + 1);
});

test("a peer that sends too fast is told and sent away", () => {
  const { receive, sent, closes, handled } = setUp({ rate: { perSecond: 10, burst: 20 } });
  for (let count = 0; count < 100; count++) receive(PING);
  expect(handled).toHaveLength(20);
  expect(sent).toMatchObject([{ code: "MESSAGES_TOO_FAST" }]);
  expect(closes).toEqual([CloseCode.tooFast]);
});

test("a peer that does not read is cut off", () => {
  const { peer, socket, sent, closes } = setUp();
  socket.backlogBytes = SOCKET_BACKLOG_BYTES_MAX + 1;
  peer.send({ type: "welcome" });
  peer.send({ type: "welcome" });
  expect(sent).toEqual([]);
  expect(closes).toEqual(["terminated"]);
});

test("what the far end would refuse unread is not sent", () => {
  const { peer, sent, closes } = setUp();
  peer.send({ type: "welcome", token: "x".repeat(MESSAGE_BYTES_MAX) } as { type: string });
  peer.send({ type: "pong" });
  expect(sent).toEqual([{ type: "pong" }]);
  expect(closes).toEqual([]);
});

test("the round trip is the least of the last pings, a few of which are sent at once", () => {
  const { peer, pings } = setUp();
  expect(peer.rttMs).toBeUndefined();
  for (const tookMs of [30, 12, 20]) {
    vi.advanceTimersByTime(tookMs);
    peer.handlePong();
  }
  expect([peer.rttMs, pings()]).toEqual([12, 3]);
});

test("an answer to an earlier ping is not taken for a quick one to a later", async () => {
  const { peer } = setUp();
  vi.advanceTimersByTime(40);
  const asked = peer.answers(1_500);
  peer.handlePong();
  expect([await asked, peer.rttMs]).toEqual([true, 40]);
});

/** As many as a link begins with have come and gone. */
function measured(peer: ReturnType<typeof setUp>["peer"]): void {
  for (let times = 0; times < ROUND_TRIPS_AT_FIRST; times++) peer.handlePong();
}

test("asked whether it is there, the far end answers by its pong, or not in time", async () => {
  const { peer, pings } = setUp();
  measured(peer);
  const before = pings();
  const first = peer.answers(1_500);
  vi.advanceTimersByTime(1_499);
  peer.handlePong();
  expect(await first).toBe(true);
  const second = peer.answers(1_500);
  vi.advanceTimersByTime(1_500);
  expect([await second, pings() - before]).toEqual([false, 2]);
  const third = peer.answers(1_500);
  peer.handleClosed();
  expect([await third, await peer.answers(1_500), pings() - before]).toEqual([false, false, 3]);
});

test("a dead link is noticed by its missing pong, a living one is kept", () => {
  const { peer, closes, pings, closedTimes } = setUp();
  measured(peer);
  const before = pings();
  vi.advanceTimersByTime(PING_EVERY_MS);
  peer.handlePong();
  vi.advanceTimersByTime(PING_EVERY_MS);
  expect([pings() - before, closes]).toEqual([2, []]);
  vi.advanceTimersByTime(PING_EVERY_MS);
  expect(closes).toEqual(["terminated"]);
  expect(closedTimes()).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ["throws", () => {
    throw new Error("secret detail");
  }],
  ["rejects", () => Promise.reject(new Error("secret detail"))],
])("a handler that %s hurts only its own message, and tells nothing of its insides", async (_name, onMessage) => {
  const { receive, sent, closes } = setUp({ onMessage });
  receive(PING);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toMatchObject([{ code: "SERVER_FAILED" }]);
  expect(JSON.stringify(sent)).not.toContain("secret");
  expect(closes).toEqual([]);
});

test("after closing, nothing is sent or handled, and closing is heard once", async () => {
  const { peer, receive, sent, handled, closes, closedTimes, scope } = setUp();
  peer.close(CloseCode.stopping, "stop");
  peer.close(CloseCode.protocol, "again");
  receive(PING);
  peer.send({ type: "pong" });
  peer.handleClosed();
  peer.handleClosed();
  await scope.close();
  expect({ sent, handled, closes, closedTimes: closedTimes() }).toEqual({
    sent: [],
    handled: [],
    closes: [CloseCode.stopping],
    closedTimes: 1,
  });
  expect(vi.getTimerCount()).toBe(0);
});

test("no text makes the peer throw", () => {
  const random = seededRandom(20_260_102);
  const good = [
    PING,
    '{"type":"hello","protocol":1,"token":"a.b.c"}',
    '{"type":"session.leave","sessionId":"s1"}',
    '{"type":"session.signal","sessionId":"s1","callId":1,"signal":{"call":"transport.restart-ice","transportId":"t"}}',
  ];
  const pieces = ['"', "{", "}", "[", "]", ":", ",", "\\u0000", "\\ud800", "null", "1e999", "-0", "__proto__", "type", "\u2028", "é"];
  let refused = 0;
  for (let round = 0; round < 3_000; round++) {
    const { receive, sent } = setUp();
    const text = [...pick(random, good)];
    for (let edit = 0; edit <= random() * 4; edit++) {
      text.splice(Math.floor(random() * text.length), Math.floor(random() * 3), pick(random, pieces));
    }
    receive(text.join(""));
    refused += sent.length;
    vi.clearAllTimers();
  }
  expect(refused).toBeGreaterThan(1_000);
});
