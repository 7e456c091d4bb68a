// The inner half of a video encoder: pictures of one size in, frames out. The outer
// half (`video-encoder.ts`) loads and scales pictures, and replaces a coder.

import type { Frame } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { AccessUnit, EncoderRate } from "../ports.ts";

export interface Coder {
  /** `picture` is planar 4:2:0 of the coder's size. As `VideoEncoder.encode`. */
  encode(picture: Frame, pts90k: number, keyframe: boolean): AccessUnit;
  setRate(rate: EncoderRate): void;
}

export type CoderOptions = {
  size: TitleSize;
  /** The highest rate that will be set. */
  fps: number;
  /** The same of the bitrate: what a decoder is told to be ready for. */
  bitrateKbpsMax: number;
  rate: EncoderRate;
};

/** Throws with a sentence when this machine can't run it. */
export type OpenCoder = (options: CoderOptions, scope: Scope) => Coder;
