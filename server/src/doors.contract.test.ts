// Who comes in, and what becomes of those who talk nonsense: over real sockets.

import { connect } from "node:net";
import { CloseCode, MESSAGE_BYTES_MAX, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { FRAME_BYTES_MAX, HELLO_MS, MESSAGES_BURST_MAX, REFUSALS_MAX } from "./peers/limits.ts";
import { device, offer } from "./testing/fixtures.ts";
import { epochOf, ALLOWED_ORIGIN, NODE_TOKEN, startServer, type RunningServer } from "./testing/running-server.ts";
import { TEST_NODE } from "./testing/node-identity.ts";
import { pick, seededRandom } from "./testing/seeded-random.ts";

let server: RunningServer;

beforeEach(async () => {
  server = await startServer();
});

describe("hello", () => {
  test("comes first", async () => {
    const client = await server.open("/control");
    client.send({ type: "session.request", requestId: "r1", titleId: "freedoom", device });
    expect(await client.next("error")).toMatchObject({ code: "HELLO_FIRST", requestId: "r1" });
  });

  test("comes once", async () => {
    const { client } = await server.player();
    client.send({ type: "hello", protocol: PROTOCOL_VERSION });
    expect(await client.next("error")).toMatchObject({ code: "HELLO_TWICE" });
  });

  test("of another version is told to reload", async () => {
    const client = await server.open("/control");
    client.send({ type: "hello", protocol: PROTOCOL_VERSION + 1 });
    expect(await client.next("error")).toMatchObject({ code: "PROTOCOL_UNSUPPORTED" });
    expect(await client.closed()).toBe(CloseCode.protocol);
  });

  test("with a forged token is refused, and no token is ever in the log", async () => {
    const { welcome } = await server.player();
    const token = welcome["token"] as string;
    const client = await server.open("/control");
    const forged = `${token.slice(0, -6)}AAAAAA`;
    client.send({ type: "hello", protocol: PROTOCOL_VERSION, token: forged });
    expect(await client.next("error")).toMatchObject({ code: "TOKEN_REFUSED" });
    expect(await client.closed()).toBe(CloseCode.unauthorized);
    expect(server.lines.join("")).not.toContain(token.split(".")[1]);
    expect(server.lines.join("")).not.toContain(NODE_TOKEN);
  });

  test("is waited for, but not for ever", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const client = await server.open("/control");
    const closed = new Promise<number>((resolve) => client.socket.once("close", resolve));
    vi.advanceTimersByTime(HELLO_MS);
    expect(await closed).toBe(CloseCode.silent);
  });
});

describe("the doors", () => {
  test("pages of other sites stay outside, listed ones and our own come in", async () => {
    await expect(server.open("/control", { origin: "https://evil.example" })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("ORIGIN_REFUSED"),
    });
    for (const origin of [ALLOWED_ORIGIN, `http://127.0.0.1:${server.port}`]) {
      (await server.open("/control", { origin })).close();
    }
  });

  test.each([
    ["no token", {}],
    ["another token", { authorization: "Bearer not-the-token-for-the-tests" }],
  ])("a stranger with %s can't be a node", async (_name, headers) => {
    const opening = server.open("/node", headers);
    await expect(opening).rejects.toMatchObject({ status: 401, message: expect.stringContaining("NEARFRAME_NODE_TOKEN") });
  });

  test("a page that is open on this machine can't be a node, whatever it knows", async () => {
    const opening = server.open("/node", { origin: `http://127.0.0.1:${server.port}`, authorization: `Bearer ${NODE_TOKEN}` });
    await expect(opening).rejects.toMatchObject({ status: 403, message: expect.stringContaining("ORIGIN_REFUSED") });
  });

  test("other addresses have no socket", async () => {
    await expect(server.open("/")).rejects.toMatchObject({ status: 404 });
    await expect(server.open("/control/x")).rejects.toMatchObject({ status: 404 });
  });

  test("a node registers before it reports, once, and in the right version", async () => {
    const { client: early, nonce } = await server.openNodeSocket();
    early.send(TEST_NODE.heartbeat(nonce, 1));
    expect(await early.next("error")).toMatchObject({ code: "REGISTER_FIRST" });
    const twice = await server.node();
    twice.send(TEST_NODE.register(twice.nonce));
    expect(await twice.next("error")).toMatchObject({ code: "REGISTERED_ALREADY" });
    const { client: old, nonce: another } = await server.openNodeSocket();
    old.send(TEST_NODE.register(another, { protocol: 0 }));
    expect(await old.next("error")).toMatchObject({ code: "PROTOCOL_UNSUPPORTED" });
    expect(await old.closed()).toBe(CloseCode.protocol);
  });
});

describe("what makes no sense", () => {
  test("is refused by name, and the conversation goes on", async () => {
    const { client } = await server.player();
    client.sendText("not json");
    expect(await client.next("error")).toMatchObject({ code: "MESSAGE_NOT_JSON" });
    client.sendText('{"type":"give.money"}');
    expect(await client.next("error")).toMatchObject({ code: "MESSAGE_UNKNOWN" });
    client.socket.send(Buffer.from([1, 2, 3]));
    expect(await client.next("error")).toMatchObject({ code: "MESSAGE_NOT_JSON" });
    client.send({ type: "ping", sentAtMs: 1 });
    await client.next("pong");
  });

  test("too large is told, far too large is cut off", async () => {
    const large = await server.player();
    large.client.sendText("x".repeat(MESSAGE_BYTES_MAX + 1));
    expect(await large.client.next("error")).toMatchObject({ code: "MESSAGE_TOO_LARGE" });
    expect(await large.client.closed()).toBe(CloseCode.tooLarge);
    const huge = await server.player();
    huge.client.sendText("x".repeat(FRAME_BYTES_MAX + 1));
    expect(await huge.client.closed()).toBe(1009);
  });

  test("too fast is told and sent away", async () => {
    const { client } = await server.player();
    for (let count = 0; count < MESSAGES_BURST_MAX + 50; count++) client.send({ type: "ping", sentAtMs: count });
    expect(await client.next("error")).toMatchObject({ code: "MESSAGES_TOO_FAST" });
    expect(await client.closed()).toBe(CloseCode.tooFast);
  });

  test("starting titles again and again is slowed down", async () => {
    await server.node({ slots: 0 });
    const { client } = await server.player();
    for (let count = 0; count < 10; count++) {
      client.send({ type: "session.request", requestId: `r${count}`, titleId: "none", device });
    }
    expect(await client.next("error")).toMatchObject({ code: "TITLE_UNKNOWN", requestId: "r0" });
    await vi.waitFor(() => expect(client.unread.some(({ code }) => code === "STARTS_TOO_FAST")).toBe(true));
  });

  test("whatever strangers send, the server stands and others play on", async () => {
    const { edge, client, sessionId } = await server.playing();
    const random = seededRandom(7);
    const bytes = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
    const templates: object[] = [
      { type: "hello", protocol: 1, token: "x" },
      { type: "session.signal", sessionId, epoch: epochOf(sessionId), callId: 1, signal: { call: "transport.connect" } },
      { type: "session.resume", requestId: "r", sessionId, device },
      { type: "session.leave", sessionId },
      { type: "node.register" },
      { __proto__: null, constructor: 1 },
    ];
    for (let round = 0; round < 25; round++) {
      const stranger = await server.open("/control");
      if (random() < 0.5) stranger.send({ type: "hello", protocol: PROTOCOL_VERSION });
      for (let count = 0; count < REFUSALS_MAX; count++) {
        const text = JSON.stringify(pick(random, templates));
        const cut = Math.floor(random() * text.length);
        if (random() < 0.3) stranger.socket.send(bytes(Math.floor(random() * 200)));
        else stranger.sendText(random() < 0.5 ? text : text.slice(0, cut) + pick(random, ["\u0000", "}", "[", "1e400"]) + text.slice(cut));
      }
      if (random() < 0.5) stranger.terminate();
      else stranger.close();
      await stranger.closed();
    }
    // Bytes that are no WebSocket frames at all, and an upgrade that breaks off.
    for (const garbage of [bytes(500), Buffer.from("GET /control HTTP/1.1\r\nUpgrade: websocket\r\n")]) {
      await new Promise<void>((resolve) => {
        const raw = connect(server.port, "127.0.0.1", () => raw.end(garbage));
        raw.on("error", () => raw.destroy());
        raw.resume();
        raw.on("close", () => resolve());
      });
    }
    edge.send({ type: "session.offer", sessionId, epoch: epochOf(sessionId), offer });
    await client.next("session.offer");
    client.send({ type: "ping", sentAtMs: 1 });
    await client.next("pong");
    expect(server.lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});
