import { Scope } from "@nearframe/shared/lifetime";
import { readProbeFromPlayer, SIGNATURE_BYTES, writeProbe } from "@nearframe/shared/probe/messages";
import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSource } from "../behavior.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { device, offer, sessionTitle } from "../testing/samples.ts";
import type { ControlLink, LinkStatus } from "./control-link.ts";
import { createPlaySession, type DeviceReport, type PlaySessionPorts } from "./play-session.ts";
import type { Path, PathEvents, Receiver } from "./receiver.ts";

function fakeLink() {
  const status = createSource<LinkStatus>({ is: "open", playerId: "p-1", held: [] });
  const listeners = new Set<(message: ServerToClient) => void>();
  const sent: ClientToServer[] = [];
  const checks: string[] = [];
  const link: ControlLink = {
    status: status.behavior,
    send: (message) => status.behavior.value.is === "open" && sent.push(message) > 0,
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    retryNow: () => undefined,
    checkNow: () => void checks.push("check"),
  };
  const hear = (message: ServerToClient) => {
    for (const listener of [...listeners]) listener(message);
  };
  return { link, sent, checks, hear, setStatus: status.set, listeners };
}

const channel = { bufferedBytes: 0, send: () => true, opened: Promise.resolve() };
const fakeReceiver = (): Receiver => ({
  channels: { inputState: channel, inputEdges: channel, control: channel, receipts: channel },
  learnRoundTrip: () => undefined,
  stats: async () => new Map() as unknown as RTCStatsReport,
  sendVoice: async () => ({ replace: async () => undefined, close() {} }),
  sendCamera: async () => ({ replace: async () => undefined, close() {} }),
  restartIce: async () => undefined,
});

type Opened = {
  scope: Scope;
  events: PathEvents;
  resolve: (receiver: Receiver) => void;
  reject: (error: Error) => void;
};

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

async function setUp(report: DeviceReport = { ok: true, device }) {
  const { link, sent, checks, hear, setStatus, listeners } = fakeLink();
  const timers = createFakeTimers();
  const opened: Opened[] = [];
  const onReceiver = vi.fn<(receiver: Receiver | undefined) => void>();
  const onTrack = vi.fn<PlaySessionPorts["onTrack"]>();
  const onControl = vi.fn<PlaySessionPorts["onControl"]>();
  let networkChanged = () => {};
  let ids = 0;
  const session = createPlaySession(scope, "some-title", 1_000, {
    link, timers, onReceiver, onTrack, onControl,
    onFrameMark: () => undefined,
    makeId: () => `id-${(ids += 1)}`,
    random32: () => 7,
    pageVisible: () => true,
    describeDevice: async () => report,
    followNetwork: (_scope, onChanged) => (networkChanged = onChanged),
    async openPath(pathScope, _offer, _call, events): Promise<Path> {
      const made = Promise.withResolvers<Receiver>();
      opened.push({ scope: pathScope, events, resolve: made.resolve, reject: made.reject });
      made.promise.catch(() => undefined);
      return { ready: made.promise.then(() => undefined), open: () => made.promise, openFor: () => Promise.reject(new Error("nobody's guest")) };
    },
  });
  await settle();
  return { session, sent, checks, hear, setStatus, listeners, timers, opened, onReceiver, onTrack, onControl, changeNetwork: () => networkChanged() };
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
  const { session, sent, opened, hear } = await started();
  opened[0]!.reject(new Error("no such codec"));
  await settle();
  expect(sent.at(-1)).toMatchObject({ type: "session.unreachable", detail: "no such codec" });
  hear({ type: "session.ended", sessionId: "s-1", reason: "media-unreachable" });
  await settle();
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

test("a new path that is made while the old may come back takes its place when it is up, and not before", async () => {
  const { hear, opened, onReceiver } = await playing();
  hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
  const second = fakeReceiver();
  opened[1]!.resolve(second);
  await settle();
  expect(onReceiver).not.toHaveBeenCalledWith(second);
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([false, false]);
  opened[1]!.events.onConnected();
  await settle();
  expect(onReceiver).toHaveBeenLastCalledWith(second);
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([true, false]);
});

// The way stood still for a second, and came back; the path that was asked for meanwhile took it along when it failed.
test("a path that can't be made leaves the one that is there, unless that is another node's", async () => {
  const { session, sent, hear, opened } = await playing();
  const said = vi.spyOn(console, "warn").mockReturnValue(undefined);
  hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
  opened[1]!.reject(new Error("the node did not answer in time"));
  await settle();
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([false, true]);
  expect(session.state.value).toMatchObject({ phase: "playing", media: { is: "up" } });
  session.handleFrame(2_000);
  expect(types(sent)).not.toContain("session.unreachable");
  hear({ type: "session.offer", sessionId: "s-1", epoch: 2, offer });
  opened[2]!.reject(new Error("the node did not answer in time"));
  await settle();
  expect(types(sent)).toContain("session.unreachable");
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([true, true, false]);
  said.mockRestore();
});

test("the node is heard over the old path until the new one is up, as it speaks there", async () => {
  const { hear, opened, onControl } = await playing();
  hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
  opened[1]!.resolve(fakeReceiver());
  await settle();
  opened[0]!.events.onControl("paused");
  opened[1]!.events.onConnected();
  await settle();
  opened[0]!.events.onControl("too late");
  opened[1]!.events.onControl("resumed");
  expect(onControl.mock.calls).toEqual([["paused"], ["resumed"]]);
});

test("leaving closes the media and says so to the server", async () => {
  const { session, sent, opened, onReceiver, timers } = await playing();
  session.leave();
  expect(sent.at(-1)).toEqual({ type: "session.leave", sessionId: "s-1" });
  expect(opened[0]!.scope.closed).toBe(true);
  expect(onReceiver).toHaveBeenLastCalledWith(undefined);
  await settle();
  expect(timers.pending).toBe(0);
});

test("a page that is left without a word leaves the session too", async () => {
  const { sent, listeners } = await playing();
  await scope.close();
  expect(sent.at(-1)).toEqual({ type: "session.leave", sessionId: "s-1" });
  expect(listeners.size).toBe(0);
});

test("leaving while the server is away is told as soon as it is back, once, and not for ever", async () => {
  const { session, sent, setStatus, timers } = await playing();
  const back = () => setStatus({ is: "open", playerId: "p-1", held: [{ sessionId: "s-1", titleId: "some-title", untilMs: 9 }] });
  setStatus({ is: "connecting", attemptsFailed: 1 });
  session.leave();
  await scope.close();
  const before = sent.length;
  back();
  expect(sent.slice(before)).toEqual([{ type: "session.leave", sessionId: "s-1" }]);
  setStatus({ is: "connecting", attemptsFailed: 1 });
  back();
  expect(sent).toHaveLength(before + 1);
  expect(timers.pending).toBe(0);
});

test("after the time that the server keeps a session, leaving is no news", async () => {
  const { sent, setStatus, timers } = await playing();
  setStatus({ is: "connecting", attemptsFailed: 1 });
  await scope.close();
  const before = sent.length;
  timers.pass(120_000);
  setStatus({ is: "open", playerId: "p-1", held: [] });
  expect(sent).toHaveLength(before);
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

describe("candidates", () => {
  const candidate = (epoch: number): ServerToClient => ({
    type: "session.offer", sessionId: "s-1", epoch, offer, probe: { nonce: "AAAAAAAAAAAAAAAA", nodeId: `n${epoch}` },
  });
  const track = (id: string) => ({ id, kind: "video", muted: true }) as MediaStreamTrack;

  async function probing() {
    const all = await setUp();
    all.hear({ type: "session.created", requestId: "id-1", sessionId: "s-1", title: sessionTitle() });
    all.hear(candidate(4));
    all.hear(candidate(5));
    await settle();
    return all;
  }

  test("the chosen one's path is the session's, as it is, and the other is closed", async () => {
    const { session, sent, hear, opened, onReceiver, onTrack } = await probing();
    opened[1]!.events.onTrack(track("second"));
    opened[1]!.events.onConnected();
    opened[0]!.events.onConnected();
    expect(sent.map(({ type }) => type)).toEqual(["session.request"]);
    hear({ type: "session.chosen", sessionId: "s-1", epoch: 5 });
    expect(opened.map(({ scope: each }) => each.closed)).toEqual([true, false]);
    expect(onTrack.mock.calls).toEqual([[track("second")]]);
    expect(sent.at(-1)).toEqual({ type: "session.connected", sessionId: "s-1" });
    const receiver = fakeReceiver();
    opened[1]!.resolve(receiver);
    await settle();
    expect(onReceiver.mock.calls).toEqual([[receiver]]);
    session.handleFrame(1_500);
    expect(session.state.value.phase).toBe("playing");
    expect(opened).toHaveLength(2);
  });

  test("one that can't be opened is passed over, and asked for anew if it is chosen all the same", async () => {
    const { sent, hear, opened } = await probing();
    opened[0]!.reject(new Error("no such node"));
    await settle();
    expect(opened[0]!.scope.closed).toBe(true);
    expect(sent.map(({ type }) => type)).toEqual(["session.request"]);
    hear({ type: "session.chosen", sessionId: "s-1", epoch: 4 });
    expect(sent.at(-1)).toMatchObject({ type: "session.resume", sessionId: "s-1" });
  });

  test("a plain offer ends the probing", async () => {
    const { hear, opened } = await probing();
    hear({ type: "session.offer", sessionId: "s-1", epoch: 6, offer });
    expect(opened.map(({ scope: each }) => each.closed)).toEqual([true, true, false]);
  });

  test("leaving closes all of them", async () => {
    const { session, opened, timers } = await probing();
    session.leave();
    expect(opened.map(({ scope: each }) => each.closed)).toEqual([true, true]);
    expect(timers.pending).toBe(0);
  });
});

test("another network is asked for a path, and the line for a sign of life", async () => {
  const { opened, changeNetwork, checks, hear } = await started();
  const receiver = { ...fakeReceiver(), restartIce: vi.fn(async () => undefined) };
  opened[0]!.resolve(receiver);
  await settle();
  opened[0]!.events.onConnected();
  changeNetwork();
  expect(checks).toEqual(["check"]);
  expect(receiver.restartIce).toHaveBeenCalledTimes(1);
  hear({ type: "session.ended", sessionId: "s-1", reason: "player-left" });
});

test("a path over which nothing comes any more is restarted, and the server told within about a second", async () => {
  const { session, opened, timers, sent } = await started();
  const counted = new Map([["v", { type: "inbound-rtp", packetsReceived: 50 }]]) as unknown as RTCStatsReport;
  const receiver = { ...fakeReceiver(), stats: async () => counted, restartIce: vi.fn(async () => undefined) };
  opened[0]!.resolve(receiver);
  await settle();
  opened[0]!.events.onConnected();
  session.handleFrame(1_500);
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      timers.pass(50);
      await settle();
    }
  };
  await pass(250);
  expect(receiver.restartIce).toHaveBeenCalledTimes(0);
  await pass(250);
  expect(receiver.restartIce).toHaveBeenCalledTimes(1);
  expect(types(sent)).not.toContain("session.stalled");
  await pass(600);
  expect(sent.at(-1)).toEqual({ type: "session.stalled", sessionId: "s-1" });
});

test("after the first picture a new path's is shown when it has one", async () => {
  const { hear, opened, onTrack } = await playing();
  const first = { id: "1", kind: "video", muted: false } as MediaStreamTrack;
  opened[0]!.events.onTrack(first);
  hear({ type: "session.offer", sessionId: "s-1", epoch: 2, offer });
  const listeners = new Map<string, () => void>();
  const second = {
    id: "2", kind: "video", muted: true,
    addEventListener: (type: string, listener: () => void) => void listeners.set(type, listener),
  } as unknown as MediaStreamTrack;
  opened[1]!.events.onTrack(second);
  expect(onTrack).toHaveBeenCalledTimes(1);
  listeners.get("unmute")?.();
  expect(onTrack.mock.calls).toEqual([[first], [second]]);
});

test.each([
  ["fails", (opened: Opened) => opened.reject(new Error("no such transport"))],
  ["comes up and is measured by nobody", (opened: Opened) => opened.resolve(fakeReceiver())],
])("a path that is tried beside the one that plays and %s is closed, and play goes on", async (_, become) => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const { session, sent, opened, hear, timers } = await playing();
  const saidBefore = sent.length;
  hear({ type: "session.trial", sessionId: "s-1", epoch: 7, offer });
  expect(opened).toHaveLength(2);
  become(opened[1]!);
  await settle();
  opened[1]!.events.onConnected();
  opened[1]!.events.onDisconnected();
  timers.pass(5_000);
  await settle();
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([false, true]);
  expect(session.state.value).toMatchObject({ phase: "playing", media: { is: "up" } });
  expect(types(sent.slice(saidBefore))).toEqual([]);
  warned.mockRestore();
});

test("a path that is tried beside the one that plays is told of once it is measured, and closed", async () => {
  const { session, sent, opened, hear, timers } = await playing();
  hear({ type: "session.trial", sessionId: "s-1", epoch: 7, offer });
  const { events, scope: tried } = opened[1]!;
  const answers: Uint8Array[] = [];
  const send = (data: Uint8Array | string) => {
    const message = typeof data === "string" ? undefined : readProbeFromPlayer(data);
    if (message?.kind === "ping") answers.push(writeProbe({ kind: "pong", number: message.number, token: message.token, nodeToken: 3, nodeAtMs: 0 }));
    if (message?.kind === "finish") answers.push(writeProbe({ kind: "receipt", signature: new Uint8Array(SIGNATURE_BYTES) }));
    return true;
  };
  events.onProbeOpen({ bufferedBytes: 0, send });
  for (let passedMs = 0; passedMs < 400 && !tried.closed; passedMs += 10) {
    timers.pass(10);
    for (const bytes of answers.splice(0)) events.onProbe(bytes);
  }
  expect(sent.at(-1)).toMatchObject({ type: "session.probed", epoch: 7, result: { count: 12, lost: 0 } });
  expect(opened.map(({ scope: each }) => each.closed)).toEqual([false, true]);
  expect(session.state.value).toMatchObject({ phase: "playing", media: { is: "up" } });
});
