import { Scope } from "@nearframe/shared/lifetime";
import { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createLatencyMeter } from "../stream/latency-meter.ts";
import type { Receiver } from "../stream/receiver.ts";
import { createFigureTaker, type Rumble } from "./session-figures.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

const settle = async () => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

function setUp() {
  const timers = createFakeTimers();
  const told: PlayerToNode[] = [];
  const samples: PlayerSample[] = [];
  const rumbles: Rumble[] = [];
  let seconds = 0;
  const video = () => ({
    type: "inbound-rtp", id: "v", kind: "video", frameWidth: 1280, frameHeight: 720, framesPerSecond: 60,
    framesReceived: 60 * seconds, framesDecoded: 60 * seconds, framesDropped: 2 * seconds, bytesReceived: 500_000 * seconds,
    packetsReceived: 500 * seconds, packetsLost: 5 * seconds, totalDecodeTime: 0.12 * seconds,
    freezeCount: seconds, totalFreezesDuration: 0.2 * seconds,
  });
  const audio = () => ({
    type: "inbound-rtp", id: "a", kind: "audio", concealedSamples: 1_440 * seconds, silentConcealedSamples: 480 * seconds,
  });
  const channel = { bufferedBytes: 0, send: () => true, opened: Promise.resolve() };
  const receiver: Receiver = {
    channels: {
      inputState: channel, inputEdges: channel, receipts: channel,
      control: { bufferedBytes: 0, send: (text) => told.push(z.parse(PlayerToNode, JSON.parse(text as string))) > 0 },
    },
    learnRoundTrip: () => undefined,
    stats: async () => new Map<string, unknown>([["v", video()], ["a", audio()]]) as unknown as RTCStatsReport,
    sendVoice: async () => ({ replace: async () => undefined, close() {} }),
    sendCamera: async () => ({ replace: async () => undefined, close() {} }),
    restartIce: async () => undefined,
  };
  const meter = createLatencyMeter();
  const taker = createFigureTaker(scope, meter, { takeRoundTripMs: () => 12 }, timers, {
    onSample: (sample) => samples.push(z.parse(PlayerSample, sample)),
    onClipboard: () => undefined,
    onRumble: (rumble) => rumbles.push(rumble),
    onNews() {},
  });
  const pass = async (count: number) => {
    for (let i = 0; i < count; i++) {
      seconds += 1;
      timers.pass(1_000);
      await settle();
    }
  };
  return { taker, receiver, timers, told, samples, rumbles, meter, pass };
}

test("each second is read once and told to both, in the bounds of their schemas", async () => {
  const { taker, receiver, told, samples, pass } = setUp();
  taker.follow(receiver);
  await pass(3);
  expect(taker.figures.value.stats).toMatchObject({ width: 1280, fps: 60, videoKbps: 4_000 });
  expect(told.filter(({ type }) => type === "report")).toEqual([
    { type: "report", framesReceived: 60, framesDropped: 2, decodeMs: 2 },
    { type: "report", framesReceived: 60, framesDropped: 2, decodeMs: 2 },
  ]);
  expect(samples).toHaveLength(2);
  expect(samples[0]).toMatchObject({
    durationMs: 1_000, framesShown: 58, framesDropped: 2, receivedKbps: 4_000, packetsLost: 5,
    freezes: 1, audioGapMs: 20, roundTripMs: 12,
  });
  expect(samples[0]?.freezeMs).toBeCloseTo(200);
  expect(samples[0]).not.toHaveProperty("clickToPhoton");
});

test("a second that took much longer, as when the page slept, is no sample", async () => {
  const { taker, receiver, timers, samples, pass } = setUp();
  taker.follow(receiver);
  await pass(1);
  receiver.stats = () => new Promise(() => undefined);
  timers.pass(1_000);
  taker.follow(receiver);
  expect(samples).toEqual([]);
});

test("a new path starts its counts anew", async () => {
  const { taker, receiver, samples, pass } = setUp();
  taker.follow(receiver);
  await pass(2);
  taker.follow({ ...receiver });
  await pass(1);
  expect(samples).toHaveLength(1);
});

test("a limit is shown as it is told", () => {
  const { taker } = setUp();
  taker.handleControl(JSON.stringify({ type: "limit", limit: "link-loss" }));
  expect(taker.figures.value.limit).toBe("link-loss");
});

test("a title that shakes a pad is told on", () => {
  const { taker, rumbles } = setUp();
  const rumble = { type: "rumble", pad: 1, strong: 0.5, weak: 1, durationMs: 200 } as const;
  taker.handleControl(JSON.stringify(rumble));
  expect(rumbles).toEqual([rumble]);
});

test("each second joins the minute that is drawn", async () => {
  const { taker, receiver, pass } = setUp();
  taker.follow(receiver);
  await pass(3);
  expect(taker.figures.value.history.map(({ atMs, sample }) => [atMs, sample.framesDropped])).toEqual([[3_000, 2], [4_000, 2]]);
});

test("what no node says is reported and changes nothing", () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const { taker } = setUp();
  const before = taker.figures.value;
  taker.handleControl("{}");
  expect(taker.figures.value).toBe(before);
  expect(warn).toHaveBeenCalledOnce();
  warn.mockRestore();
});

test("closing leaves no timer", async () => {
  const { taker, receiver, timers, pass } = setUp();
  taker.follow(receiver);
  await pass(1);
  await scope.close();
  expect(timers.pending).toBe(0);
});
