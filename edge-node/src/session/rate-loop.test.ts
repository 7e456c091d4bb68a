import { Scope } from "@nearframe/shared/lifetime";
import { writeFrameReceipts } from "@nearframe/shared/media/frame-receipts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FrameMark, VideoTarget } from "../media/ports.ts";
import { makeRateOptions } from "../rate/tuning.ts";
import { createRateLoop } from "./rate-loop.ts";

const FRAME_MS = 1_000 / 60;
let scope: Scope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
});
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function setUp() {
  const targets: VideoTarget[] = [];
  const keyframes: number[] = [];
  const loop = createRateLoop(
    makeRateOptions({ width: 1280, height: 720 }, 60, 12_000),
    { nowMs: () => performance.now(), setTarget: (target) => targets.push(target), requestKeyframe: () => keyframes.push(performance.now()), onLimit: () => {} },
    scope,
  );
  loop.restart();
  let rtpTimestamp = 0;
  const play = async (forMs: number, told: boolean, change: Partial<FrameMark> = {}) => {
    for (let atMs = 0; atMs < forMs; atMs += FRAME_MS) {
      rtpTimestamp += 1_500;
      const sent = { rtpTimestamp, payloadBytes: 8_000, keyframe: false, changed: false, encodedAtMs: 0, sentAtMs: 0, ...change } as FrameMark;
      loop.handleFrame(sent);
      const receivedAtMs = performance.now() + 12;
      await vi.advanceTimersByTimeAsync(FRAME_MS);
      if (told) loop.handleReceipts(writeFrameReceipts([{ rtpTimestamp, receivedAtMs }]));
    }
  };
  return { loop, targets, keyframes, play };
}

test("an encoder or a way out that can't keep up is told of within two seconds, and gets smaller frames", async () => {
  for (const slow of ["encodedAtMs", "sentAtMs"] as const) {
    const { loop, play } = setUp();
    await play(2_500, true, { changed: true, capturedAtMs: 0, encodedAtMs: slow === "encodedAtMs" ? 40 : 2, sentAtMs: 42 });
    expect(loop.decision, slow).toMatchObject({ size: { ratio: 3 / 4 }, limit: "node-encoder" });
    loop.pause();
  }
});

test("silence lowers the rate, but not that of a page which nobody sees", async () => {
  const { loop, play } = setUp();
  await play(1_000, true);
  const beforeKbps = loop.decision.bitrateKbps;
  loop.handlePresence(false);
  await play(2_000, false);
  expect(loop.decision).toMatchObject({ bitrateKbps: beforeKbps, hold: false });
  loop.handlePresence(true);
  await play(1_000, true);
  expect(loop.decision.bitrateKbps).toBeGreaterThanOrEqual(beforeKbps);
  await play(1_000, false);
  expect(loop.decision.bitrateKbps).toBeLessThan(beforeKbps);
});

test("a player who saves data gets no more than asked for, until someone else takes the seat", async () => {
  const { loop, targets, play } = setUp();
  loop.handlePreference({ maxHeight: 360, maxFps: 30, maxKbps: 1_000 });
  await play(5_000, true);
  expect(targets.at(-1)).toMatchObject({ size: { width: 640, height: 360 }, fps: 30 });
  expect(Math.max(...targets.map(({ bitrateKbps }) => bitrateKbps))).toBeLessThanOrEqual(1_000);
  loop.handlePreference({});
  expect(loop.decision.size.height).toBe(720);
  loop.handlePreference({ maxHeight: 360 });
  loop.restart();
  expect(loop.decision).toMatchObject({ size: { height: 720 }, fps: 60 });
});

// Steered by nothing before: the loop waited for a first receipt that never came.
test("a browser that tells of no frame is steered by the media server's estimate", async () => {
  const { loop, play } = setUp();
  await play(1_500, false);
  const startKbps = loop.decision.bitrateKbps;
  loop.handlePlayer({ framesReceived: 60, framesDropped: 0, decodeMs: 3 });
  loop.handleBandwidth(2_000);
  await play(500, false);
  expect(loop.decision).toMatchObject({ bitrateKbps: 1_700, hold: false });
  expect(startKbps).toBeGreaterThan(1_700);
});

// Who watched with the player saw a picture that stood for as long as the player was gone.
test("frames that were held for a path that died are held no more when it is given up", async () => {
  const { loop, play, targets } = setUp();
  await play(1_000, true);
  for (let tries = 0; !loop.decision.hold && tries < 100; tries++) await play(20, false);
  expect(loop.decision.hold).toBe(true);
  loop.pause();
  expect(targets.at(-1)?.hold).toBe(false);
});
