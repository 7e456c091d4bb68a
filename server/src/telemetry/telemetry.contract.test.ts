// What both ends tell, over real sockets, until the player reads it over HTTP.

import { TEST_NODE } from "../testing/node-identity.ts";
import { SessionQuality } from "@nearframe/shared/api/quality";
import { systemClock } from "@nearframe/shared/clock";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { nodeSample, offer, playerSample } from "../testing/fixtures.ts";
import { epochOf, startServer, type RunningServer } from "../testing/running-server.ts";

/** Goes on by itself, and faster when asked to. */
function hastyClock() {
  let aheadMs = 0;
  return {
    clock: { wallMs: () => systemClock.wallMs() + aheadMs, monotonicMs: () => systemClock.monotonicMs() + aheadMs },
    advance: (durationMs: number) => void (aheadMs += durationMs),
  };
}

type Playing = Awaited<ReturnType<RunningServer["playing"]>>;

/** Samples as long as they may be; returns when the server has read them. */
async function tell({ edge, client, sessionId }: Pick<Playing, "edge" | "client" | "sessionId">): Promise<void> {
  const durationMs = 10_000;
  client.send({ type: "session.telemetry", sessionId, sample: playerSample({ durationMs, framesShown: 590 }) });
  client.send({ type: "ping", sentAtMs: 0 });
  edge.send({ type: "session.telemetry", sessionId, epoch: epochOf(sessionId), sample: nodeSample({ durationMs, framesSent: 600 }) });
  edge.send({ type: "session.offer", sessionId, epoch: epochOf(sessionId), offer });
  await client.next("pong");
  await client.next("session.offer");
}

async function quality(server: RunningServer, sessionId: string, token: unknown) {
  const response = await fetch(`http://127.0.0.1:${server.port}/api/sessions/${sessionId}/quality`, {
    headers: { authorization: `Bearer ${String(token)}` },
  });
  return response.ok ? z.parse(SessionQuality, await response.json()).minutes : response.status;
}

test("a minute of play is scored, logged, and there for its player after a restart", async () => {
  const { clock, advance } = hastyClock();
  const server = await startServer({ clock });
  const played = await server.playing();
  const { sessionId, welcome } = played;
  const stranger = await server.player();
  for (let count = 0; count < 4; count++) {
    advance(10_000);
    await tell(played);
    // A stranger who knows the id makes it no better and no worse, and hears nothing.
    stranger.client.send({ type: "session.telemetry", sessionId, sample: playerSample({ freezes: 100, freezeMs: 10_000 }) });
  }
  stranger.client.send({ type: "ping", sentAtMs: 0 });
  await stranger.client.next("pong");
  expect(stranger.client.unread).toEqual([]);
  played.client.send({ type: "session.leave", sessionId });
  await played.edge.next("session.stop");
  const lines = server.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ msg }) => msg === "minute scored")).toMatchObject([{ sessionId, nodeId: TEST_NODE.nodeId, minute: 0, level: 30 }]);
  await server.scope.close();

  const again = await startServer({ store: server.store, clock });
  expect(await quality(again, sessionId, welcome["token"])).toMatchObject([
    { minute: 0, seconds: 40, fps: 60, freezes: 0, frameLossPercent: expect.closeTo(100 / 60, 1), clickToPhotonCount: 16 },
  ]);
  expect(await quality(again, sessionId, stranger.welcome["token"])).toBe(404);
  expect(await quality(again, sessionId, "guess")).toBe(401);
});

test("samples that make no sense are refused by name, and the session plays on", async () => {
  const server = await startServer();
  const { client, edge, sessionId } = await server.playing();
  client.send({ type: "session.telemetry", sessionId, sample: { ...playerSample(), framesShown: -1 } });
  expect(await client.next("error")).toMatchObject({ code: "MESSAGE_INVALID", message: expect.stringContaining("framesShown") });
  edge.send({ type: "session.telemetry", sessionId, epoch: epochOf(sessionId), sample: { ...nodeSample(), owner: "me" } });
  expect(await edge.next("error")).toMatchObject({ code: "MESSAGE_INVALID", message: expect.stringContaining("owner") });
  await tell({ client, edge, sessionId });
});
