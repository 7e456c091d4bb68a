import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { FrameMark } from "../ports.ts";
import { ForwardedVideo, HELD_FRAMES_MAX } from "./forwarded-video.ts";
import type { CodedSource, CodedVideoEvents, CodedVideoOptions } from "./ports.ts";

const SETS = Buffer.from("00000001674200000000000168ce", "hex");
const IDR = Buffer.from("0000000165888040", "hex");
const SLICE = Buffer.from("00000001419a0040", "hex");
const SIZE = { width: 360, height: 640 };

let scope: Scope;
let streams: { options: CodedVideoOptions; events: CodedVideoEvents; asked: number; scope: Scope }[];
let sent: Buffer[];
let marks: FrameMark[];
let nowMs: number;
let video: ForwardedVideo;
let pictures: number;
const shown = Promise.withResolvers<void>();

beforeEach(async () => {
  vi.useFakeTimers();
  scope = new Scope();
  [streams, sent, marks, nowMs, pictures] = [[], [], [], 1_000, 0];
  const source: CodedSource = {
    shown: shown.promise,
    listen: () => undefined,
    async openVideo(options, events, owner) {
      const stream = { options, events, asked: 0, scope: owner };
      streams.push(stream);
      return { requestKeyframe: () => void stream.asked++ };
    },
  };
  video = new ForwardedVideo(
    {
      source, size: SIZE, target: { bitrateKbps: 8_000, fps: 60 }, bitrateKbpsMax: 8_000,
      readInput: () => ({ inputSeq: 0, inputAppliedAtMs: 0 }),
      nowMs: () => nowMs,
      timestampOffset: 0,
      send: (data) => sent.push(data),
      onFrame: (mark) => marks.push(mark),
      onFirstPicture: () => void pictures++,
      onNotice: () => undefined,
      onGone: () => undefined,
    },
    scope,
  );
  await video.start();
});
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function take(stream: number, data: Buffer): void {
  nowMs += 16;
  streams[stream]?.events.onPacket({ kind: "frame", data, takenAtUs: BigInt(nowMs * 1000) });
}
const configure = (stream: number) => streams[stream]?.events.onPacket({ kind: "configuration", data: SETS });

test("parameter sets go out with each keyframe, and other frames as they are", () => {
  configure(0);
  for (const data of [IDR, SLICE, IDR]) take(0, data);
  expect(sent.map((data) => data.includes(SETS.subarray(4, 7)))).toEqual([true, false, true]);
  expect(sent[1]).toBe(SLICE);
  expect(marks.map(({ keyframe }) => keyframe)).toEqual([true, false, true]);
});

test("frames wait while the link is spared, and follow when it is not", () => {
  take(0, IDR);
  video.setTarget({ bitrateKbps: 8_000, fps: 60, hold: true });
  for (let i = 0; i < 3; i++) take(0, SLICE);
  expect(sent).toHaveLength(1);
  video.setTarget({ bitrateKbps: 8_000, fps: 60 });
  expect(sent).toHaveLength(4);
});

test("frames that wait too long are dropped up to a keyframe, which is asked for", () => {
  take(0, IDR);
  video.setTarget({ bitrateKbps: 8_000, fps: 60, hold: true });
  for (let i = 0; i <= HELD_FRAMES_MAX; i++) take(0, SLICE);
  video.setTarget({ bitrateKbps: 8_000, fps: 60 });
  take(0, SLICE);
  expect(sent).toHaveLength(1);
  expect(streams[0]?.asked).toBe(1);
  take(0, IDR);
  take(0, SLICE);
  expect(sent).toHaveLength(3);
});

test("another rate is another stream, which takes over at its first keyframe and ends the one before", async () => {
  take(0, IDR);
  video.setTarget({ bitrateKbps: 3_000, fps: 60 });
  await vi.advanceTimersByTimeAsync(0);
  expect(streams.map(({ options }) => options.bitrateKbps)).toEqual([8_000, 2_828]);
  take(0, SLICE);
  take(1, SLICE);
  expect(sent).toHaveLength(2);
  take(1, IDR);
  await vi.advanceTimersByTimeAsync(0);
  expect(streams.map((stream) => stream.scope.closed)).toEqual([true, false]);
  take(0, SLICE);
  take(1, SLICE);
  expect(sent).toHaveLength(4);
});

test("a keyframe that does not come is asked for again", async () => {
  take(0, IDR);
  nowMs += 1_000;
  video.requestKeyframe();
  video.requestKeyframe();
  expect(streams[0]?.asked).toBe(1);
  nowMs += 1_000;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(streams[0]?.asked).toBe(2);
  take(0, IDR);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(streams[0]?.asked).toBe(2);
});

test("timestamps grow whatever the device's clock does", () => {
  take(0, IDR);
  streams[0]?.events.onPacket({ kind: "frame", data: SLICE, takenAtUs: 0n });
  take(0, SLICE);
  const stamps = marks.map(({ rtpTimestamp }) => rtpTimestamp);
  expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  expect(new Set(stamps).size).toBe(3);
});

test("the title's first picture is told only once it is on the screen", async () => {
  take(0, IDR);
  expect(pictures).toBe(0);
  shown.resolve();
  await vi.advanceTimersByTimeAsync(0);
  take(0, IDR);
  take(0, SLICE);
  expect(pictures).toBe(1);
});
