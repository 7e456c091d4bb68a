// The whole control plane over real sockets: a player, the server, and a node
// written by hand.

import { DrawSeed } from "@nearframe/shared/api/draws";
import { Scope } from "@nearframe/shared/lifetime";
import { CloseCode } from "@nearframe/shared/protocol/limits";
import { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { mixSeed } from "./cluster/rank-indexers.ts";
import { device, offer } from "./testing/fixtures.ts";
import { epochOf, request, startServer, type RunningServer } from "./testing/running-server.ts";

let server: RunningServer;

beforeEach(async () => {
  server = await startServer();
});

test("a session from hello to its end, every word of it valid", async () => {
  const edge = await server.node();
  const { client } = await server.player();
  const heard: unknown[] = [];
  const told: unknown[] = [];
  client.socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString())));
  edge.socket.on("message", (data: Buffer) => told.push(JSON.parse(data.toString())));

  const sessionId = await request(client);
  expect(await edge.next("session.start")).toMatchObject({ sessionId, title: { manifest: { id: "freedoom" } }, device });
  for (const step of ["transports-opened", "display-started", "title-started"]) {
    edge.send({ type: "session.progress", sessionId, epoch: epochOf(sessionId), step });
    expect(await client.next("session.progress")).toMatchObject({ sessionId });
  }
  edge.send({ type: "session.offer", sessionId, epoch: epochOf(sessionId), offer });
  expect(await client.next("session.offer")).toEqual({ type: "session.offer", sessionId, epoch: expect.any(Number) as number, offer });

  client.send({ type: "session.signal", sessionId, epoch: epochOf(sessionId), callId: 1, signal: { call: "transport.connect", transportId: "t-receive", dtlsParameters: { role: "client" } } });
  const call = await edge.next("session.signal");
  edge.send({ type: "session.signal.reply", sessionId, epoch: epochOf(sessionId), callId: call["callId"], result: { ok: true, value: { iceParameters: {} } } });
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
  edge.send({ type: "session.ended", sessionId, epoch: epochOf(sessionId), reason: "player-left" });
  await vi.waitFor(async () => {
    const health = (await (await fetch(`http://127.0.0.1:${server.port}/api/health`)).json()) as { slotsFree: number };
    expect(health.slotsFree).toBe(2);
  });

  for (const message of heard) z.parse(ServerToClient, message);
  for (const message of told) z.parse(ServerToNode, message);
  expect(heard.length).toBeGreaterThan(6);
});

test("a node that hangs while its link stays open is found out by its player's word, not by a heartbeat's absence", async () => {
  const edge = await server.node();
  const { client } = await server.player();
  const sessionId = await request(client);
  await edge.next("session.start");
  client.send({ type: "session.connected", sessionId });
  client.send({ type: "session.first-frame", sessionId, elapsedMs: 812.5 });
  edge.socket.pause();
  client.send({ type: "session.stalled", sessionId });
  expect(await client.next("session.moving")).toMatchObject({ sessionId, reason: "node-lost" });
  edge.terminate();
});

test("the seed of this hour's draws is there for everybody, as it was made", async () => {
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/draws/now`);
  const { hour, seed, shares } = z.parse(DrawSeed, await answer.json());
  expect(mixSeed(hour, shares)).toBe(seed);
});

test("two players are not mixed up", async () => {
  const edge = await server.node();
  const [first, second] = [await server.player(), await server.player()];
  const [firstId, secondId] = [await request(first.client), await request(second.client)];
  await Promise.all([edge.next("session.start"), edge.next("session.start")]);
  edge.send({ type: "session.progress", sessionId: secondId, epoch: epochOf(secondId), step: "title-started" });
  expect(await second.client.next("session.progress")).toMatchObject({ step: "placed" });
  expect(await second.client.next("session.progress")).toMatchObject({ sessionId: secondId, step: "title-started" });
  edge.send({ type: "session.ended", sessionId: firstId, epoch: epochOf(firstId), reason: "title-crashed", detail: "exit code 1" });
  expect(await first.client.next("session.ended")).toMatchObject({ sessionId: firstId, detail: "exit code 1" });
  expect(second.client.unread).toEqual([]);
});

describe("coming back", () => {
  test("a player who drops is the same player again, and finds the session", async () => {
    const { edge, client, sessionId, welcome } = await server.playing();
    client.terminate();
    await vi.waitFor(async () => {
      const back = await server.player(welcome["token"] as string);
      expect(back.welcome).toMatchObject({ playerId: welcome["playerId"], held: [{ sessionId, titleId: "freedoom" }] });
      back.client.send({ type: "session.resume", requestId: "r2", sessionId, device });
      expect(await back.client.next("session.created")).toMatchObject({ requestId: "r2", sessionId });
    });
    expect(await edge.next("session.rejoin")).toMatchObject({ sessionId });
  });

  test("a server that restarts finds sessions, nodes and players again", async () => {
    const { edge, client, sessionId, welcome } = await server.playing();
    // The offer was passed on after the frame was told, so the frame has been heard.
    edge.send({ type: "session.offer", sessionId, epoch: epochOf(sessionId), offer });
    await client.next("session.offer");
    await server.scope.close();
    expect([await client.closed(), await edge.closed()]).toEqual([CloseCode.stopping, CloseCode.stopping]);
    expect(client.unread).toEqual([]);
    expect(edge.unread).toEqual([]);

    server = await startServer({ store: server.store });
    const edgeBack = await server.node({ sessions: [sessionId] });
    const back = await server.player(welcome["token"] as string);
    expect(back.welcome).toMatchObject({ playerId: welcome["playerId"], held: [{ sessionId }] });
    back.client.send({ type: "session.connected", sessionId });
    back.client.send({ type: "session.leave", sessionId });
    expect(await back.client.next("session.ended")).toMatchObject({ reason: "player-left" });
    expect(await edgeBack.next("session.stop")).toMatchObject({ sessionId, reason: "player-left" });
    expect(edgeBack.unread).toEqual([]);
  });
});

describe("closing", () => {
  test("tells everybody, may be asked for twice, and frees the port", async () => {
    const { client, edge } = await server.playing();
    const waiting = await server.player();
    await Promise.all([server.scope.close("stop"), server.scope.close("stop")]);
    expect(await Promise.all([client.closed(), edge.closed(), waiting.client.closed()])).toEqual(
      Array(3).fill(CloseCode.stopping),
    );
    await expect(fetch(`http://127.0.0.1:${server.port}/api/health`)).rejects.toThrow();
    const { port } = server;
    expect(await startServer({ port })).toMatchObject({ port });
  });

  test("ends what was only starting, while both sides can still hear it", async () => {
    const edge = await server.node();
    const { client } = await server.player();
    const sessionId = await request(client);
    await edge.next("session.start");
    await server.scope.close();
    expect(await edge.closed()).toBe(CloseCode.stopping);
    expect(client.unread.at(-1)).toMatchObject({ type: "session.ended", sessionId, reason: "server-stopped" });
    expect(edge.unread).toMatchObject([{ type: "session.stop", sessionId, reason: "server-stopped" }]);
  });

  test("during the start leaves nothing behind", async () => {
    const early = new Scope();
    const starting = startServer({ scope: early });
    await early.close("changed my mind");
    await expect(starting).rejects.toBe("changed my mind");
  });

  test("a port that is taken is an error, and nothing stays open", async () => {
    await expect(startServer({ port: server.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test("does not wait for a peer that does not answer", async () => {
    const { client } = await server.player();
    client.socket.pause();
    // Past its time limit the scope would reject.
    await expect(server.scope.close()).resolves.toBeUndefined();
    client.terminate();
  });
});
