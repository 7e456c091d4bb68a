// A play against a server that says what each test wants said, over a real socket; the
// media path and the senses are fakes.

import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { faultsIn } from "@nearframe/shared/checking/criteria";
import { Scope } from "@nearframe/shared/lifetime";
import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { Offer } from "@nearframe/shared/protocol/media";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import type { ServerToClient, SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OpenPath, SentLabel } from "../path/ports.ts";
import { CheckVoidError, playTitle } from "./play-title.ts";

const TITLE: SessionTitle = {
  id: "test-card", name: "Test Card", size: { width: 1280, height: 720 }, fps: 60,
  input: { keyboard: false, pointer: "none", touch: false },
};
const TRANSPORT = { id: "t", iceParameters: {}, iceCandidates: [], dtlsParameters: {} };
const OFFER: Offer = { routerRtpCapabilities: {}, receive: TRANSPORT, send: TRANSPORT, media: [], data: [] };
const NONCE = "0123456789abcdef";

let scope: Scope;
let check: Scope;
let server: WebSocketServer;
let url: string;
let heard: ClientToServer[];
/** What the server answers to each message; returned messages are sent. */
let answer: (message: ClientToServer) => ServerToClient[];

beforeEach(async () => {
  scope = new Scope();
  check = scope.child();
  heard = [];
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  scope.own(server, (server) => new Promise<void>((resolve) => {
    for (const client of server.clients) client.terminate();
    server.close(() => resolve());
  }));
  await new Promise((resolve) => server.once("listening", resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/control`;
  server.on("connection", (socket: WebSocket) => {
    socket.on("message", (data: Buffer) => {
      const parsed = parseMessage(ClientToServer, data.toString());
      if (!parsed.ok) throw new Error(parsed.message);
      heard.push(parsed.value);
      const said: ServerToClient[] = parsed.value.type === "hello"
        ? [{ type: "welcome", protocol: 2, playerId: "p", token: "t", held: [] }]
        : answer(parsed.value);
      for (const message of said) socket.send(JSON.stringify(message));
    });
  });
});
afterEach(() => scope.close("the test is over"));

const onRequest = (...then: ServerToClient[]) => (message: ClientToServer): ServerToClient[] =>
  message.type === "session.request"
    ? [
        { type: "session.created", requestId: message.requestId, sessionId: "s1", title: TITLE },
        { type: "session.progress", sessionId: "s1", step: "placed" },
        ...then,
      ]
    : [];

const noPath: OpenPath = () => new Promise(() => {});
const noSenses = () => ({ see: () => {}, hear: () => {} });

function play(openPath: OpenPath = noPath, notes: string[] = []) {
  return playTitle(
    { url, titleId: "test-card", watchMs: 100, timeZone: "Europe/Berlin", onNote: (note) => notes.push(note) },
    { openPath, openSenses: noSenses }, check,
  );
}

test("a page's words come first, and a refusal says nothing of any node", async () => {
  answer = ({ type }) => (type === "session.request" ? [{ type: "error", code: "TITLE_UNKNOWN", message: "there is no such title" }] : []);
  await expect(play()).rejects.toThrow(/there is no such title/);
  expect(heard.map(({ type }) => type)).toEqual(["hello", "session.request"]);
  expect(heard[0]).toMatchObject({ protocol: 2, timeZone: "Europe/Berlin" });
});

test("an end that the host bears is a node that never started, and why is noted", async () => {
  answer = onRequest({ type: "session.ended", sessionId: "s1", reason: "node-failed", detail: "the encoder failed" });
  const notes: string[] = [];
  expect(faultsIn(await play(noPath, notes))).toEqual(["never-started"]);
  expect(notes).toEqual(["the session ended: node-failed (the encoder failed)"]);
});

test.each<ServerToClient>([
  { type: "session.ended", sessionId: "s1", reason: "title-crashed" },
  { type: "session.ended", sessionId: "s1", reason: "server-stopped" },
  { type: "session.moving", sessionId: "s1", reason: "better-node" },
])("%o says nothing of a node", async (message) => {
  answer = onRequest(message);
  await expect(play()).rejects.toThrow(CheckVoidError);
});

test("a path that can't be made is what a player would have got", async () => {
  answer = onRequest({ type: "session.offer", sessionId: "s1", epoch: 1, offer: OFFER });
  const notes: string[] = [];
  const seen = await play(() => Promise.reject(new Error("the receive transport failed")), notes);
  expect(faultsIn(seen)).toEqual(["never-started"]);
  expect(notes).toEqual(["the receive transport failed"]);
  // The server hears that the player left, as it does of each.
  await check.close("the check is over");
  await expect.poll(() => heard.at(-1)?.type).toBe("session.leave");
});

test("of several candidates the chosen one's path is used as it is, and the others are closed", async () => {
  const opened: { scope: Scope; labels: SentLabel[] }[] = [];
  const openPath: OpenPath = async (_offer, _call, _events, pathScope) => {
    const mine = { scope: pathScope, labels: [] as SentLabel[] };
    opened.push(mine);
    return {
      openChannels: async (labels) => void mine.labels.push(...labels),
      send: () => true,
      bindingMs: async () => undefined,
      requestKeyframe: () => {},
    };
  };
  const offer = (epoch: number): ServerToClient =>
    ({ type: "session.offer", sessionId: "s1", epoch, offer: OFFER, probe: { nonce: NONCE, nodeId: `n${epoch}` } });
  const ends: ServerToClient = { type: "session.ended", sessionId: "s1", reason: "node-failed" };
  answer = (message) => {
    if (message.type === "session.connected") return [ends];
    return onRequest(offer(1), offer(2), { type: "session.chosen", sessionId: "s1", epoch: 2 })(message);
  };
  await play(openPath);
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([true, false]);
  expect(opened[1]?.labels).toEqual(expect.arrayContaining(["probe", "input.state", "input.edges", "control", "receipts"]));
});

test("a server that goes away in the middle says nothing of a node", async () => {
  answer = onRequest();
  const playing = play();
  playing.catch(() => undefined);
  await expect.poll(() => heard.length).toBe(2);
  for (const client of server.clients) client.terminate();
  await expect(playing).rejects.toThrow(/closed the line/);
});

test("a check that is called off ends at once, and says nothing", async () => {
  answer = onRequest();
  const playing = play();
  playing.catch(() => undefined);
  await expect.poll(() => heard.length).toBe(2);
  await check.close("interrupted");
  await expect(playing).rejects.toThrow(/called off/);
});
