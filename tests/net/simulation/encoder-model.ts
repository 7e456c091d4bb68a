// An encoder as the controller meets it: on its target within a tenth of a
// second, frame sizes that wander about it, a large first frame, and now and
// then a change of scene. (x264 with a buffer of 40 ms, as its recipe sets it.)

import { chance, Draw, normal } from "../link/random.ts";

export type EncodedFrame = { bytes: number; keyframe: boolean };

export type EncoderModel = { readonly kbps: number; readonly frames: number; readonly lastAtMs: number };

export const IDLE_ENCODER: EncoderModel = { kbps: 0, frames: 0, lastAtMs: -Infinity };

/** It goes two thirds of the way to a new target in this time, and nearly all of it in 100 ms. */
const FOLLOW_MS = 40;
const SIZE_SPREAD = 0.12;
const KEYFRAME_SHARES = 2;
const SCENE_SHARES = 2.5;
const FRAME_BYTES_MIN = 120;

export type EncodeInput = {
  atMs: number;
  kbps: number;
  fps: number;
  /** What the picture is worth at most: a menu needs less than a target allows. */
  demandKbps: number;
  keyframe: boolean;
  newScene: boolean;
  seed: number;
};

export function encodeFrame(encoder: EncoderModel, input: EncodeInput): [EncoderModel, EncodedFrame] {
  const place = encoder.frames;
  const first = place === 0;
  const lag = Math.exp((encoder.lastAtMs - input.atMs) / FOLLOW_MS);
  const kbps = input.kbps + lag * (encoder.kbps - input.kbps);
  const share = (Math.min(kbps, input.demandKbps) * 1_000) / 8 / input.fps;
  const keyframe = first || input.keyframe;
  const spread = Math.exp(
    SIZE_SPREAD * normal(chance(input.seed, place, Draw.jitter), chance(input.seed, place, Draw.jitterAngle)),
  );
  const shares = keyframe ? KEYFRAME_SHARES : input.newScene ? SCENE_SHARES : 1;
  const bytes = Math.max(FRAME_BYTES_MIN, Math.round(share * shares * spread));
  return [{ kbps, frames: place + 1, lastAtMs: input.atMs }, { bytes, keyframe }];
}
