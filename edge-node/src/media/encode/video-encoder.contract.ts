// What every video encoder must do, on this machine, with real pictures.

import { afterEach, expect, it } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Pixels } from "../capture/ports.ts";
import { seededRandom } from "../testing/random.ts";
import { openVideoDecoder } from "../testing/video-decoder.ts";
import type { KnownEncoder } from "./known-encoders.ts";
import type { EncoderOptions, OpenVideoEncoder, VideoEncoder } from "./ports.ts";

const SIZE = { width: 320, height: 240 };
const FPS = 60;
const KBPS = 2000;

/** Call it inside a `describe` of the adapter. */
export function itIsAVideoEncoder(openEncoder: OpenVideoEncoder, { codec, rateChange }: KnownEncoder): void {
  let scope = new Scope();
  afterEach(async () => {
    await scope.close();
    scope = new Scope();
  });
  const open = (change: Partial<EncoderOptions> = {}) =>
    openEncoder({ size: SIZE, fps: FPS, bitrateKbps: KBPS, onNotice() {}, ...change }, scope);

  it("gives each frame at once, in the order of the pictures", () => {
    const encoder = open();
    const decoder = openVideoDecoder(codec, scope);
    for (let index = 0; index < 20; index++) {
      encoder.load(stripe(index * 10));
      const { data } = encoder.encode(index * 1500, { keyframe: false });
      const picture = decoder.decode(data);
      expect(picture, `frame ${index}`).toMatchObject(SIZE);
      expect(picture?.lumaAt(index * 10 + 5, 120), `frame ${index}`).toBeGreaterThan(180);
      expect(picture?.lumaAt((index * 10 + 160) % SIZE.width, 120), `frame ${index}`).toBeLessThan(60);
    }
  });

  it("codes black and white as BT.601 limited range has them", () => {
    const encoder = open();
    const decoder = openVideoDecoder(codec, scope);
    encoder.load(stripe(0));
    const picture = decoder.decode(encoder.encode(0, { keyframe: false }).data);
    expect(picture?.lumaAt(5, 120)).toBeCloseTo(235, -1);
    expect(picture?.lumaAt(160, 120)).toBeCloseTo(16, -1);
  });

  it("makes a keyframe of the first frame and of exactly those that are asked for", () => {
    const encoder = open();
    const asked = new Set([7, 8, 30]);
    const keyframes: number[] = [];
    for (let index = 0; index < 60; index++) {
      encoder.load(stripe(index * 4));
      if (encoder.encode(index * 1500, { keyframe: asked.has(index) }).keyframe) keyframes.push(index);
    }
    expect(keyframes).toEqual([0, 7, 8, 30]);
  });

  it("repeats what it was given last, and can tell whether a picture is another", () => {
    const encoder = open();
    const decoder = openVideoDecoder(codec, scope);
    encoder.load(stripe(0));
    encoder.encode(0, { keyframe: false });
    expect(encoder.loadIfDifferent(stripe(0))).toBe(false);
    expect(encoder.loadIfDifferent(stripe(100))).toBe(true);
    expect(decoder.decode(encoder.encode(1500, { keyframe: true }).data)?.lumaAt(105, 120)).toBeGreaterThan(180);
    expect(decoder.decode(encoder.encode(3000, { keyframe: true }).data)?.lumaAt(105, 120)).toBeGreaterThan(180);
  });

  it.runIf(rateChange === "free")("follows the bitrate from frame to frame, both ways, without a keyframe", () => {
    const encoder = open();
    const encode = noisyFrames(encoder, FPS);
    encode(60);
    const before = encode(60);
    encoder.setRate({ bitrateKbps: KBPS / 4, fps: FPS });
    // What the buffer of 100 ms still holds comes first.
    encode(12);
    const lowered = encode(60);
    encoder.setRate({ bitrateKbps: KBPS, fps: FPS });
    encode(12);
    const raised = encode(60);
    expect(share(before.kbps, KBPS)).toBe(1);
    expect(share(lowered.kbps, KBPS / 4)).toBe(1);
    expect(share(raised.kbps, KBPS)).toBe(1);
    expect(before.keyframes + lowered.keyframes + raised.keyframes).toBe(0);
  });

  it.runIf(rateChange === "keyframe")("follows the bitrate within a second, both ways, at a keyframe each", () => {
    const encoder = open();
    const encode = noisyFrames(encoder, FPS);
    encode(90);
    encoder.setRate({ bitrateKbps: KBPS / 4, fps: FPS });
    const falling = encode(60);
    const lowered = encode(60);
    encoder.setRate({ bitrateKbps: KBPS, fps: FPS });
    const rising = encode(60);
    const raised = encode(60);
    expect(lowered.kbps).toBeLessThan(KBPS / 2);
    expect(share(raised.kbps, KBPS)).toBe(1);
    expect([falling, lowered, rising, raised].map(({ keyframes }) => keyframes)).toEqual([1, 0, 1, 0]);
  });

  it.runIf(rateChange === "keyframe")("makes no keyframe of changes that nobody would see", () => {
    const encoder = open();
    const encode = noisyFrames(encoder, FPS);
    encode(60);
    let keyframes = 0;
    for (let second = 0; second < 3; second++) {
      encoder.setRate({ bitrateKbps: KBPS * (second % 2 ? 1.04 : 0.96), fps: FPS });
      keyframes += encode(60).keyframes;
    }
    expect(keyframes).toBe(0);
  });

  it("gives a frame more when fewer share the bitrate", () => {
    const encoder = open();
    noisyFrames(encoder, FPS)(60);
    encoder.setRate({ bitrateKbps: KBPS, fps: FPS / 2 });
    const encode = noisyFrames(encoder, FPS / 2, 1_000_000);
    encode(30);
    expect(share(encode(60).kbps, KBPS)).toBe(1);
  });

  it("codes a smaller picture from the next frame on, as a keyframe, and the title's own again", () => {
    const encoder = open();
    encoder.load(stripe(160));
    encoder.encode(0, { keyframe: false });
    const half = { width: SIZE.width / 2, height: SIZE.height / 2 };
    encoder.setSize(half);
    const small = encoder.encode(1500, { keyframe: false });
    expect(small.keyframe).toBe(true);
    const picture = openVideoDecoder(codec, scope).decode(small.data);
    expect(picture).toMatchObject(half);
    // What is at a place of the title's screen stays at that share of the coded one.
    expect(picture?.lumaAt(85, 60)).toBeGreaterThan(180);
    expect(picture?.lumaAt(40, 60)).toBeLessThan(60);
    encoder.load(stripe(100));
    encoder.setSize(SIZE);
    const whole = encoder.encode(3000, { keyframe: false });
    expect(whole.keyframe).toBe(true);
    const again = openVideoDecoder(codec, scope).decode(whole.data);
    expect(again).toMatchObject(SIZE);
    expect(again?.lumaAt(110, 120)).toBeGreaterThan(180);
  });

  it("keeps the bitrate that it was told when its size changes", () => {
    const encoder = open();
    encoder.setRate({ bitrateKbps: KBPS / 2, fps: FPS });
    encoder.setSize({ width: SIZE.width / 2, height: SIZE.height / 2 });
    const encode = noisyFrames(encoder, FPS);
    encode(30);
    expect(share(encode(60).kbps, KBPS / 2)).toBe(1);
  });

  it.runIf(codec === "H264")("is refused for a size that it has no level for", () => {
    expect(() => open({ size: { width: 3840, height: 2160 }, fps: 120, bitrateKbps: 900_000 })).toThrow(/3840x2160/);
  });
}

/** The share of what was expected, in steps of a half: rate control is not exact over a second. */
const share = (kbps: number, expectedKbps: number): number => Math.round((kbps / expectedKbps) * 2) / 2;

/** Encodes pictures that cost more than the bitrate allows, and says what they took. */
function noisyFrames(encoder: VideoEncoder, fps: number, fromPts = 0) {
  const random = seededRandom(42);
  const world = Buffer.from(Array.from({ length: SIZE.width * 4 * (SIZE.height + 256) }, () => 100 + Math.floor(random() * 56)));
  let index = 0;
  return (count: number): { kbps: number; keyframes: number } => {
    let bytes = 0;
    let keyframes = 0;
    const end = index + count;
    for (; index < end; index++) {
      const from = Math.floor(random() * 256) * SIZE.width * 4;
      encoder.load({ data: world.subarray(from, from + SIZE.width * SIZE.height * 4), strideBytes: SIZE.width * 4 });
      const unit = encoder.encode(fromPts + Math.round((index * 90_000) / fps), { keyframe: false });
      bytes += unit.data.length;
      if (unit.keyframe && index > 0) keyframes++;
    }
    return { kbps: (bytes * 8 * fps) / count / 1000, keyframes };
  };
}

/** Black, with a white stripe of 20 pixels at `x`. */
function stripe(x: number): Pixels {
  const data = Buffer.alloc(SIZE.width * SIZE.height * 4);
  for (let row = 0; row < SIZE.height; row++) {
    const from = (row * SIZE.width + x) * 4;
    data.fill(255, from, Math.min(from + 20 * 4, (row + 1) * SIZE.width * 4));
  }
  return { data, strideBytes: SIZE.width * 4 };
}
