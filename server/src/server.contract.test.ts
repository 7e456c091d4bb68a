// The whole control plane over real sockets: a player, the server, and a node
// written by hand.

import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, MESSAGE_BYTES_MAX, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod/mini";
import { createLog } from "./log.ts";
import { FRAME_BYTES_MAX, HELLO_MS, MESSAGES_BURST_MAX, REFUSALS_MAX } from "./peers/limits.ts";
import { createServer, type ServerOptions } from "./server.ts";
import { createMemoryStore } from "./store/adapters/memory/memory-store.ts";
import type { Store } from "./store/ports.ts";
import { device, manifest, offer } from "./testing/fixtures.ts";
import { pick, seededRandom } from "./testing/seeded-random.ts";
import { openSocketClient, type SocketClient } from "./testing/socket-client.ts";

const NODE_TOKEN = "a-token-for-the-tests";

let store: Store;
let scope: Scope;
let port: number;
let lines: string[];

async function start(into: Scope, change: Partial<ServerOptions> = {}): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-server-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = new Map([
    ["/titles/freedoom/title.json", JSON.stringify(manifest())],
    ["/titles/freedoom/cover.svg", ""],
    ["/titles/freedoom/hero.svg", ""],
  ]);
  const server = await createServer(
    {
      clock: systemClock,
      log: createLog("debug", { write: (line) => void lines.push(line) }),
      store,
      newId: randomUUID,
      reader: {
        listFolders: async () => ["freedoom"],
        readText: async (file) => files.get(file),
        exists: async (file) => files.has(file),
      },
      readArt: async (titleFolder, file) => ({ folder: titleFolder, path: file, contentType: "image/svg+xml", version: "1" }),
      watchFolders: () => {},
    },
    {
      port: 0,
      host: "127.0.0.1",
      titleFolders: ["/titles"],
      clientFolder: folder,
      origins: ["https://play.example.org"],
      nodeToken: NODE_TOKEN,
      ...change,
    },
    into,
  );
  return server.port;
}

beforeEach(async () => {
  store = createMemoryStore();
  scope = new Scope();
  lines = [];
  port = await start(scope);
});

afterEach(() => scope.close());

const control = (headers: Record<string, string> = {}) => openSocketClient(`ws://127.0.0.1:${port}/control`, { headers });

async function player(token?: string) {
  const client = await control();
  client.send({ type: "hello", protocol: PROTOCOL_VERSION, ...(token !== undefined && { token }) });
  const welcome = await client.next("welcome");
  return { client, welcome };
}

async function node({ sessions = [] as string[], slots = 2, nodeId = "n1" } = {}) {
  const client = await openSocketClient(`ws://127.0.0.1:${port}/node`, {
    headers: { authorization: `Bearer ${NODE_TOKEN}` },
  });
  client.send({
    type: "node.register",
    protocol: PROTOCOL_VERSION,
    nodeId,
    name: "Test node",
    runtimes: ["native"],
    slots,
    notices: ["no uinput here"],
    sessions,
  });
  await client.next("node.welcome");
  return client;
}

async function request(client: SocketClient): Promise<string> {
  client.send({ type: "session.request", requestId: "r1", titleId: "freedoom", device });
  const created = await client.next("session.created");
  return created["sessionId"] as string;
}

async function playing() {
  const edge = await node();
  const { client, welcome } = await player();
  const sessionId = await request(client);
  await edge.next("session.start");
  edge.send({ type: "session.offer", sessionId, offer });
  await client.next("session.offer");
  client.send({ type: "session.connected", sessionId });
  client.send({ type: "session.first-frame", sessionId, elapsedMs: 800 });
  return { edge, client, sessionId, welcome };
}

test("a session from hello to its end, every word of it valid", async () => {
  const edge = await node();
  const { client } = await player();
  const heard: unknown[] = [];
  const told: unknown[] = [];
  client.socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString())));
  edge.socket.on("message", (data: Buffer) => told.push(JSON.parse(data.toString())));

  const sessionId = await request(client);
  expect(await edge.next("session.start")).toMatchObject({ sessionId, title: { manifest: { id: "freedoom" } }, device });
  for (const step of ["transports-opened", "display-started", "title-started"]) {
    edge.send({ type: "session.progress", sessionId, step });
    expect(await client.next("session.progress")).toMatchObject({ sessionId });
  }
  edge.send({ type: "session.offer", sessionId, offer });
  expect(await client.next("session.offer")).toEqual({ type: "session.offer", sessionId, offer });

  client.send({ type: "session.signal", sessionId, callId: 1, signal: { call: "transport.connect", transportId: "t-receive", dtlsParameters: { role: "client" } } });
  const call = await edge.next("session.signal");
  edge.send({ type: "session.signal.reply", sessionId, callId: call["callId"], result: { ok: true, value: { iceParameters: {} } } });
  expect(await client.next("session.signal.reply")).toEqual({
    type: "session.signal.reply",
    sessionId,
    callId: 1,
    result: { ok: true, value: { iceParameters: {} } },
  });

  client.send({ type: "session.connected", sessionId });
  client.send({ type: "session.first-frame", sessionId, elapsedMs: 812.5 });
  client.send({ type: "ping", sentAtMs: 5 });
  expect(await client.next("pong")).toMatchObject({ sentAtMs: 5 });
  client.send({ type: "session.leave", sessionId });
  expect(await client.next("session.ended")).toMatchObject({ reason: "player-left" });
  expect(await edge.next("session.stop")).toMatchObject({ sessionId, reason: "player-left" });
  edge.send({ type: "session.ended", sessionId, reason: "player-left" });
  await vi.waitFor(async () => {
    const health = (await (await fetch(`http://127.0.0.1:${port}/api/health`)).json()) as { slotsFree: number };
    expect(health.slotsFree).toBe(2);
  });

  for (const message of heard) z.parse(ServerToClient, message);
  for (const message of told) z.parse(ServerToNode, message);
  expect(heard.length).toBeGreaterThan(6);
});

test("two players are not mixed up", async () => {
  const edge = await node();
  const [first, second] = [await player(), await player()];
  const [firstId, secondId] = [await request(first.client), await request(second.client)];
  edge.send({ type: "session.progress", sessionId: secondId, step: "title-started" });
  expect(await second.client.next("session.progress")).toMatchObject({ step: "placed" });
  expect(await second.client.next("session.progress")).toMatchObject({ sessionId: secondId, step: "title-started" });
  edge.send({ type: "session.ended", sessionId: firstId, reason: "title-crashed", detail: "exit code 1" });
  expect(await first.client.next("session.ended")).toMatchObject({ sessionId: firstId, detail: "exit code 1" });
  expect(second.client.unread).toEqual([]);
});

describe("coming back", () => {
  test("a player who drops is the same player again, and finds the session", async () => {
    const { edge, client, sessionId, welcome } = await playing();
    client.terminate();
    await vi.waitFor(async () => {
      const back = await player(welcome["token"] as string);
      expect(back.welcome).toMatchObject({ playerId: welcome["playerId"], held: [{ sessionId, titleId: "freedoom" }] });
      back.client.send({ type: "session.resume", requestId: "r2", sessionId, device });
      expect(await back.client.next("session.created")).toMatchObject({ requestId: "r2", sessionId });
    });
    expect(await edge.next("session.rejoin")).toMatchObject({ sessionId });
  });

  test("a server that restarts finds sessions, nodes and players again", async () => {
    const { edge, client, sessionId, welcome } = await playing();
    // The offer was passed on after the frame was told, so the frame has been heard.
    edge.send({ type: "session.offer", sessionId, offer });
    await client.next("session.offer");
    await scope.close();
    expect([await client.closed(), await edge.closed()]).toEqual([CloseCode.stopping, CloseCode.stopping]);
    expect(client.unread).toEqual([]);
    expect(edge.unread).toEqual([]);

    scope = new Scope();
    port = await start(scope);
    const edgeBack = await node({ sessions: [sessionId] });
    const back = await player(welcome["token"] as string);
    expect(back.welcome).toMatchObject({ playerId: welcome["playerId"], held: [{ sessionId }] });
    back.client.send({ type: "session.connected", sessionId });
    back.client.send({ type: "session.leave", sessionId });
    expect(await back.client.next("session.ended")).toMatchObject({ reason: "player-left" });
    expect(await edgeBack.next("session.stop")).toMatchObject({ sessionId, reason: "player-left" });
    expect(edgeBack.unread).toEqual([]);
  });
});

describe("hello", () => {
  test("comes first", async () => {
    const client = await control();
    client.send({ type: "session.request", requestId: "r1", titleId: "freedoom", device });
    expect(await client.next("error")).toMatchObject({ code: "HELLO_FIRST", requestId: "r1" });
  });

  test("comes once", async () => {
    const { client } = await player();
    client.send({ type: "hello", protocol: PROTOCOL_VERSION });
    expect(await client.next("error")).toMatchObject({ code: "HELLO_TWICE" });
  });

  test("of another version is told to reload", async () => {
    const client = await control();
    client.send({ type: "hello", protocol: PROTOCOL_VERSION + 1 });
    expect(await client.next("error")).toMatchObject({ code: "PROTOCOL_UNSUPPORTED" });
    expect(await client.closed()).toBe(CloseCode.protocol);
  });

  test("with a forged token is refused, and no token is ever in the log", async () => {
    const { welcome } = await player();
    const token = welcome["token"] as string;
    const client = await control();
    const forged = `${token.slice(0, -6)}AAAAAA`;
    client.send({ type: "hello", protocol: PROTOCOL_VERSION, token: forged });
    expect(await client.next("error")).toMatchObject({ code: "TOKEN_REFUSED" });
    expect(await client.closed()).toBe(CloseCode.unauthorized);
    expect(lines.join("")).not.toContain(token.split(".")[1]);
    expect(lines.join("")).not.toContain(NODE_TOKEN);
  });

  test("is waited for, but not for ever", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const client = await control();
    const closed = new Promise<number>((resolve) => client.socket.once("close", resolve));
    vi.advanceTimersByTime(HELLO_MS);
    expect(await closed).toBe(CloseCode.silent);
  });
});

describe("the doors", () => {
  test("pages of other sites stay outside, listed ones and our own come in", async () => {
    await expect(control({ origin: "https://evil.example" })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("ORIGIN_REFUSED"),
    });
    for (const origin of ["https://play.example.org", `http://127.0.0.1:${port}`]) {
      (await control({ origin })).close();
    }
  });

  test.each([
    ["no token", {}],
    ["another token", { authorization: "Bearer not-the-token-for-the-tests" }],
    ["the token as a browser could send it", { origin: "http://localhost", cookie: `token=${NODE_TOKEN}` }],
  ])("a stranger with %s can't be a node", async (_name, headers) => {
    const opening = openSocketClient(`ws://127.0.0.1:${port}/node`, { headers });
    await expect(opening).rejects.toMatchObject({ status: 401, message: expect.stringContaining("NEARFRAME_NODE_TOKEN") });
  });

  test("other addresses have no socket", async () => {
    await expect(openSocketClient(`ws://127.0.0.1:${port}/`)).rejects.toMatchObject({ status: 404 });
    await expect(openSocketClient(`ws://127.0.0.1:${port}/control/x`)).rejects.toMatchObject({ status: 404 });
  });

  test("a node registers before it reports, once, and in the right version", async () => {
    const open = () =>
      openSocketClient(`ws://127.0.0.1:${port}/node`, { headers: { authorization: `Bearer ${NODE_TOKEN}` } });
    const early = await open();
    early.send({ type: "node.heartbeat", sessions: [] });
    expect(await early.next("error")).toMatchObject({ code: "REGISTER_FIRST" });
    const twice = await node();
    twice.send({ type: "node.register", protocol: PROTOCOL_VERSION, nodeId: "n2", name: "", runtimes: [], slots: 1, notices: [], sessions: [] });
    expect(await twice.next("error")).toMatchObject({ code: "REGISTERED_ALREADY" });
    const old = await open();
    old.send({ type: "node.register", protocol: 0, nodeId: "n3", name: "", runtimes: [], slots: 1, notices: [], sessions: [] });
    expect(await old.next("error")).toMatchObject({ code: "PROTOCOL_UNSUPPORTED" });
    expect(await old.closed()).toBe(CloseCode.protocol);
  });
});

describe("what makes no sense", () => {
  test("is refused by name, and the conversation goes on", async () => {
    const { client } = await player();
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
    const large = await player();
    large.client.sendText("x".repeat(MESSAGE_BYTES_MAX + 1));
    expect(await large.client.next("error")).toMatchObject({ code: "MESSAGE_TOO_LARGE" });
    expect(await large.client.closed()).toBe(CloseCode.tooLarge);
    const huge = await player();
    huge.client.sendText("x".repeat(FRAME_BYTES_MAX + 1));
    expect(await huge.client.closed()).toBe(1009);
  });

  test("too fast is told and sent away", async () => {
    const { client } = await player();
    for (let count = 0; count < MESSAGES_BURST_MAX + 50; count++) client.send({ type: "ping", sentAtMs: count });
    expect(await client.next("error")).toMatchObject({ code: "MESSAGES_TOO_FAST" });
    expect(await client.closed()).toBe(CloseCode.tooFast);
  });

  test("starting titles again and again is slowed down", async () => {
    await node({ slots: 0 });
    const { client } = await player();
    for (let count = 0; count < 10; count++) {
      client.send({ type: "session.request", requestId: `r${count}`, titleId: "none", device });
    }
    expect(await client.next("error")).toMatchObject({ code: "TITLE_UNKNOWN", requestId: "r0" });
    await vi.waitFor(() => expect(client.unread.some(({ code }) => code === "STARTS_TOO_FAST")).toBe(true));
  });

  test("whatever strangers send, the server stands and others play on", async () => {
    const { edge, client, sessionId } = await playing();
    const random = seededRandom(7);
    const bytes = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
    const templates: object[] = [
      { type: "hello", protocol: 1, token: "x" },
      { type: "session.signal", sessionId, callId: 1, signal: { call: "transport.connect" } },
      { type: "session.resume", requestId: "r", sessionId, device },
      { type: "session.leave", sessionId },
      { type: "node.register" },
      { __proto__: null, constructor: 1 },
    ];
    for (let round = 0; round < 25; round++) {
      const stranger = await control();
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
        const raw = connect(port, "127.0.0.1", () => raw.end(garbage));
        raw.on("error", () => raw.destroy());
        raw.resume();
        raw.on("close", () => resolve());
      });
    }
    edge.send({ type: "session.offer", sessionId, offer });
    await client.next("session.offer");
    client.send({ type: "ping", sentAtMs: 1 });
    await client.next("pong");
    expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});

describe("closing", () => {
  test("tells everybody, may be asked for twice, and frees the port", async () => {
    const { client, edge } = await playing();
    const waiting = await player();
    await Promise.all([scope.close("stop"), scope.close("stop")]);
    expect(await Promise.all([client.closed(), edge.closed(), waiting.client.closed()])).toEqual(
      Array(3).fill(CloseCode.stopping),
    );
    await expect(fetch(`http://127.0.0.1:${port}/api/health`)).rejects.toThrow();
    const next = new Scope();
    onTestFinished(() => next.close());
    expect(await start(next, { port })).toBe(port);
  });

  test("ends what was only starting, while both sides can still hear it", async () => {
    const edge = await node();
    const { client } = await player();
    const sessionId = await request(client);
    await edge.next("session.start");
    await scope.close();
    expect(await edge.closed()).toBe(CloseCode.stopping);
    expect(client.unread.at(-1)).toMatchObject({ type: "session.ended", sessionId, reason: "server-stopped" });
    expect(edge.unread).toMatchObject([{ type: "session.stop", sessionId, reason: "server-stopped" }]);
  });

  test("during the start leaves nothing behind", async () => {
    const early = new Scope();
    const starting = start(early);
    await early.close("changed my mind");
    await expect(starting).rejects.toBe("changed my mind");
  });

  test("a port that is taken is an error, and nothing stays open", async () => {
    const second = new Scope();
    await expect(start(second, { port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await second.close();
  });

  test("does not wait for a peer that does not answer", async () => {
    const { client } = await player();
    client.socket.pause();
    // Past its time limit the scope would reject.
    await expect(scope.close()).resolves.toBeUndefined();
    client.terminate();
  });
});
