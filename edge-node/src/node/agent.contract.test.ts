// The agent against a server that is only a socket: what it says, when, and to whom.

import type { AddressInfo } from "node:net";
import { Scope } from "@nearframe/shared/lifetime";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import * as z from "zod/mini";
import { createAgent } from "./agent.ts";

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(() => scope.close());

const NONCE = "a-nonce-for-the-tests";
const inventory: NodeInventory = {
  name: "Test", version: "0", hardware: { cpuModel: "x", cpuCores: 1, memoryMb: 1_000 }, network: { addresses: [], announced: false },
  runtimes: ["native"], titleIds: [], canFetch: false, capacity: { slots: 1, source: "provisional" }, feePerHourMicros: 0, notices: [],
};

/** A server's door: each link it gets, with what is said on it. */
async function openServer(options: { refuse?: number } = {}) {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    ...(options.refuse !== undefined && { verifyClient: (_info: unknown, done: (ok: boolean, status?: number) => void) => done(false, options.refuse) }),
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const links: Link[] = [];
  const waiting: ((link: Link) => void)[] = [];
  server.on("connection", (socket) => {
    const link = createLink(socket);
    const next = waiting.shift();
    if (next) next(link);
    else links.push(link);
  });
  const close = () => {
    for (const socket of server.clients) socket.terminate();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  scope.own(server, close);
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/node`,
    close,
    link: () => new Promise<Link>((resolve) => (links.length > 0 ? resolve(links.shift() as Link) : waiting.push(resolve))),
  };
}

type Link = ReturnType<typeof createLink>;

function createLink(socket: WebSocket) {
  const heard: NodeToServer[] = [];
  const waiting: ((message: NodeToServer) => void)[] = [];
  socket.on("message", (data: Buffer) => {
    const message = z.parse(NodeToServer, JSON.parse(data.toString()));
    const next = waiting.shift();
    if (next) next(message);
    else heard.push(message);
  });
  const say = (message: ServerToNode) => socket.send(JSON.stringify(message));
  const next = () => new Promise<NodeToServer>((resolve) => (heard.length > 0 ? resolve(heard.shift() as NodeToServer) : waiting.push(resolve)));
  return {
    socket,
    say,
    next,
    /** Challenged and welcomed; gives the registration. */
    async take() {
      say({ type: "node.challenge", nonce: NONCE });
      const registration = await next();
      say({ type: "node.welcome", protocol: PROTOCOL_VERSION, nodeId: "n1", heartbeatMs: 60_000 });
      return registration;
    },
  };
}

/** What the node has found out, beside its sessions. */
let news: { warm: string[]; rttsMs: Record<string, number>; asked: string[] };
beforeEach(() => void (news = { warm: [], rttsMs: {}, asked: [] }));

function startAgent(...serverUrls: string[]) {
  return createAgent(
    { serverUrls, token: undefined, bitrateKbps: 8_000 },
    {
      identity: { nodeId: "n1", publicKey: "k".repeat(43), signed: (message) => ({ ...message, signature: "s".repeat(86) }) },
      inventory: () => inventory,
      fetchTitle() {},
      wantWarm() {},
      warmTitleIds: () => news.warm,
      wantProbePoints: (points) => void (news.asked = points.map(({ id }) => id)),
      rttsMs: () => news.rttsMs,
      createSession: () => {
        throw new Error("no session is started here");
      },
      answerCheck: async ({ call }) => ({ ok: false, code: "NOT_HERE", message: `no ${call} here` }),
      random: () => 0,
      log: { info() {}, warn() {} },
    },
    scope,
  );
}

test("says nothing before it is challenged, then registers, then numbers its heartbeats", async () => {
  const server = await openServer();
  const agent = startAgent(server.url);
  const link = await server.link();
  expect(await link.take()).toMatchObject({ type: "node.register", nonce: NONCE, draining: false, inventory: { name: "Test" } });
  await agent.registered;
  expect(await link.next()).toMatchObject({ type: "node.heartbeat", nonce: NONCE, number: 1 });
  agent.tellInventory();
  expect(await link.next()).toMatchObject({ type: "node.inventory", nonce: NONCE, number: 2 });
});

test("tells of warm copies and round trips when they change, and all of them anew on another link", async () => {
  const server = await openServer();
  const agent = startAgent(server.url);
  const link = await server.link();
  await link.take();
  expect(await link.next()).not.toHaveProperty("warmTitleIds");
  news = { ...news, warm: ["doom"], rttsMs: { fra: 12 } };
  agent.tellSoon();
  expect(await link.next()).toMatchObject({ type: "node.heartbeat", number: 2, warmTitleIds: ["doom"], rttsMs: { fra: 12 } });
  news = { ...news, warm: [] };
  agent.tellSoon();
  const third = await link.next();
  expect(third).toMatchObject({ number: 3, warmTitleIds: [] });
  expect(third).not.toHaveProperty("rttsMs");
  link.socket.terminate();
  const second = await server.link();
  await second.take();
  expect(await second.next()).toMatchObject({ type: "node.heartbeat", number: 1, rttsMs: { fra: 12 } });
});

test("speaks as often as it is told", async () => {
  const server = await openServer();
  startAgent(server.url);
  const link = await server.link();
  await link.take();
  await link.next();
  link.say({ type: "node.pace", heartbeatMs: 100 });
  expect([await link.next(), await link.next()]).toMatchObject([{ number: 2 }, { number: 3 }]);
});

test("tells a new link what ended while the old one was down", async () => {
  const server = await openServer();
  startAgent(server.url);
  const link = await server.link();
  await link.take();
  await link.next();
  link.say({ type: "session.stop", sessionId: "s1", epoch: 1, reason: "player-left" });
  expect(await link.next()).toMatchObject({ type: "session.ended", sessionId: "s1" });
  link.socket.terminate();
  const second = await server.link();
  expect(await second.take()).toMatchObject({ type: "node.register", sessions: [] });
  expect(await second.next()).toMatchObject({ type: "node.heartbeat", number: 1 });
});

test("goes to the next server when its own is gone", async () => {
  const [first, second] = [await openServer(), await openServer()];
  startAgent(first.url, second.url);
  await (await first.link()).take();
  await first.close();
  expect(await (await second.link()).take()).toMatchObject({ type: "node.register" });
});

test("is refused for good only when every server refuses it", async () => {
  const [closed, open] = [await openServer({ refuse: 401 }), await openServer()];
  startAgent(closed.url, open.url);
  expect(await (await open.link()).take()).toMatchObject({ type: "node.register" });
  const alone = startAgent(closed.url);
  expect(await alone.refused).toMatch(/does not let this node in \(401\); set NEARFRAME_NODE_TOKEN/);
});

test("drained, it says so, says it again to the next link, and is done when the server lets it go", async () => {
  const server = await openServer();
  const agent = startAgent(server.url);
  const link = await server.link();
  await link.take();
  await link.next();
  agent.drain();
  expect(await link.next()).toEqual({ type: "node.drain" });
  link.say({ type: "node.state", state: "retired" });
  await agent.drained;
});

test("drained without a server, and without a session, it is done at once", async () => {
  const server = await openServer();
  await server.close();
  const agent = startAgent(server.url);
  agent.drain();
  await expect(agent.drained).resolves.toBeUndefined();
});

test("pushed off by another process with its identity, it does not push back at once", async () => {
  const server = await openServer();
  startAgent(server.url);
  const link = await server.link();
  await link.take();
  link.socket.close(CloseCode.replaced);
  const again = await Promise.race([server.link(), new Promise((resolve) => setTimeout(resolve, 500, "quiet"))]);
  expect(again).toBe("quiet");
});
