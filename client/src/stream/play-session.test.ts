import { Scope } from "@nearframe/shared/lifetime";
import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSource } from "../behavior.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { device, offer, sessionTitle } from "../testing/samples.ts";
import type { ControlLink, LinkStatus } from "./control-link.ts";
import { createPlaySession, type DeviceReport, type PlaySessionPorts } from "./play-session.ts";
import type { Receiver } from "./receiver.ts";

function fakeLink() {
  const status = createSource<LinkStatus>({ is: "open", playerId: "p-1", held: [] });
  const listeners = new Set<(message: ServerToClient) => void>();
  const sent: ClientToServer[] = [];
  const link: ControlLink = {
    status: status.behavior,
    send: (message) => status.behavior.value.is === "open" && sent.push(message) > 0,
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    retryNow: () => undefined,
  };
  const hear = (message: ServerToClient) => {
    for (const listener of [...listeners]) listener(message);
  };
  return { link, sent, hear, setStatus: status.set, listeners };
}

const channel = { bufferedBytes: 0, send: () => true };
const fakeReceiver = (): Receiver => ({
  channels: { inputState: channel, inputEdges: channel, control: channel, receipts: channel },
  stats: async () => new Map() as unknown as RTCStatsReport,
  restartIce: async () => undefined,
});

type Opened = {
  scope: Scope;
  events: Parameters<PlaySessionPorts["openReceiver"]>[3];
  resolve: (receiver: Receiver) => void;
  reject: (error: Error) => void;
};

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

async function setUp(report: DeviceReport = { ok: true, device }) {
  const { link, sent, hear, setStatus, listeners } = fakeLink();
  const timers = createFakeTimers();
  const opened: Opened[] = [];
  const onReceiver = vi.fn<(receiver: Receiver | undefined) => void>();
  let ids = 0;
  const session = createPlaySession(scope, "some-title", 1_000, {
    link, timers, onReceiver,
    makeId: () => `id-${(ids += 1)}`,
    pageVisible: () => true,
    describeDevice: async () => report,
    openReceiver: (receiverScope, _offer, _calls, events) =>
      new Promise((resolve, reject) => opened.push({ scope: receiverScope, events, resolve, reject })),
  });
  await settle();
  return { session, sent, hear, setStatus, listeners, timers, opened, onReceiver };
}

/** Lets promises that are already settled run on. */
const settle = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

async function started() {
  const all = await setUp();
  all.hear({ type: "session.created", requestId: "id-1", sessionId: "s-1", title: sessionTitle() });
  all.hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
  return all;
}

async function playing() {
  const all = await started();
  all.opened[0]!.resolve(fakeReceiver());
  await settle();
  all.opened[0]!.events.onConnected();
  all.session.handleFrame(1_800);
  return all;
}

const types = (messages: readonly ClientToServer[]) => messages.map(({ type }) => type);

test("from the tap to the first frame", async () => {
  const { session, sent, opened, onReceiver } = await playing();
  expect(types(sent)).toEqual(["session.request", "session.connected", "session.first-frame"]);
  expect(session.state.value).toMatchObject({ phase: "playing", sessionId: "s-1" });
  expect(opened).toHaveLength(1);
  expect(onReceiver).toHaveBeenCalledTimes(1);
});

test("a device that can't play never asks for a session", async () => {
  const { session, sent } = await setUp({ ok: false, cause: "no-video-codec", detail: "none" });
  expect(sent).toEqual([]);
  expect(session.state.value).toMatchObject({ phase: "over", outcome: { cause: "no-video-codec" } });
});

test("a receiver that can't be opened is told to the server and closed", async () => {
  const { session, sent, opened } = await started();
  opened[0]!.reject(new Error("no such codec"));
  await settle();
  expect(sent.at(-1)).toMatchObject({ type: "session.unreachable", detail: "no such codec" });
  expect(session.state.value.phase).toBe("over");
  expect(opened[0]!.scope.closed).toBe(true);
});

test("of two offers the later one counts, and the earlier receiver is closed", async () => {
  const { hear, opened, onReceiver } = await started();
  hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
  const [first, second] = [fakeReceiver(), fakeReceiver()];
  opened[1]!.resolve(second);
  opened[0]!.resolve(first);
  await settle();
  expect(onReceiver.mock.calls).toEqual([[second]]);
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([true, false]);
});

test("leaving closes the media and says so to the server", async () => {
  const { session, sent, opened, onReceiver, timers } = await playing();
  session.leave();
  expect(sent.at(-1)).toEqual({ type: "session.leave", sessionId: "s-1" });
  expect(opened[0]!.scope.closed).toBe(true);
  expect(onReceiver).toHaveBeenLastCalledWith(undefined);
  expect(timers.pending).toBe(0);
});

test("a page that is left without a word leaves the session too", async () => {
  const { sent, listeners } = await playing();
  await scope.close();
  expect(sent.at(-1)).toEqual({ type: "session.leave", sessionId: "s-1" });
  expect(listeners.size).toBe(0);
});

test("a session that is made after the player left is left on arrival", async () => {
  const { session, sent, hear, listeners } = await setUp();
  session.leave();
  await scope.close();
  expect(types(sent)).toEqual(["session.request"]);
  hear({ type: "session.created", requestId: "id-1", sessionId: "s-9", title: sessionTitle() });
  expect(sent.at(-1)).toEqual({ type: "session.leave", sessionId: "s-9" });
  expect(listeners.size).toBe(0);
});

test("an answer that never comes after leaving is not listened for for ever", async () => {
  const { session, listeners, timers } = await setUp();
  session.leave();
  await scope.close();
  expect(listeners.size).toBe(1);
  timers.pass(30_000);
  expect(listeners.size).toBe(0);
});

test("nothing of an old receiver is heard any more", async () => {
  const { session, hear, opened } = await playing();
  hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
  opened[0]!.events.onDisconnected();
  expect(session.state.value).toMatchObject({ media: { is: "connecting" } });
});

test("seconds are told while it plays, and to nobody while the line is down", async () => {
  const { session, setStatus, sent } = await playing();
  const sample = { durationMs: 1_000 } as PlayerSample;
  session.report(sample);
  expect(sent.at(-1)).toEqual({ type: "session.telemetry", sessionId: "s-1", sample });
  setStatus({ is: "connecting", attemptsFailed: 1 });
  const before = sent.length;
  session.report(sample);
  expect(sent).toHaveLength(before);
});

test("the picture outlives the server", async () => {
  const { session, setStatus, opened, sent } = await playing();
  setStatus({ is: "connecting", attemptsFailed: 1 });
  expect(session.state.value).toMatchObject({ phase: "playing", control: "down" });
  expect(opened[0]!.scope.closed).toBe(false);
  setStatus({ is: "open", playerId: "p-1", held: [] });
  expect(sent.at(-1)).toEqual({ type: "session.connected", sessionId: "s-1" });
});
