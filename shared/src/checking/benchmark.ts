// What a benchmark of the node's own claims would show, and what is asked of it. Pure.

import type { EncoderSpeed } from "../media/encoder-reports.ts";
import type { BenchmarkProfile } from "./node-calls.ts";

/** Of the session that a node's slots are counted in; a rate at which every frame fits into a message. */
const SIZE = { width: 1280, height: 720 } as const;
const BITRATE_KBPS = 2_400;
/** A sampled frame is decoded from the keyframe before it on. */
const KEYFRAME_EVERY = 15;
export const CAPACITY_FRAMES = 240;
/** Enough to show that there is such an encoder, and about how fast it is. */
export const REGISTRATION_FRAMES = 90;

export const benchmarkProfile = (encoder: string, frames: number): BenchmarkProfile =>
  ({ encoder, ...SIZE, frames, bitrateKbps: BITRATE_KBPS, keyframeEvery: KEYFRAME_EVERY });

/** The first picture is drawn whole, each further one by three rows. */
const FIRST_PICTURE_MS = 60;
/** To draw and to digest one picture, in JavaScript, on a slow core. */
const DRAW_MS = 0.8;
/** Of a trial's frames, one in ten is a slow one. */
const SLOW_SHARE = 0.1;

/** Frames a second of the benchmark, by what the node says that a frame takes it. */
export function claimedFps({ frameMsP50, frameMsP95 }: Pick<EncoderSpeed, "frameMsP50" | "frameMsP95">, frames: number): number {
  const frameMs = (1 - SLOW_SHARE) * frameMsP50 + SLOW_SHARE * Math.max(frameMsP50, frameMsP95) + DRAW_MS;
  return Math.min(1_000, (frames * 1_000) / (frames * frameMs + FIRST_PICTURE_MS));
}
