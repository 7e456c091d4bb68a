// From pictures to a coded stream. One encoder serves one stream, on one thread.

import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Pixels } from "../capture/ports.ts";
import type { VideoEncoderName } from "./known-encoders.ts";

/** `data` is the encoder's own, valid until its next call. */
export type AccessUnit = { data: Buffer; keyframe: boolean };

/** What the stream may cost, and how many frames a second share it. */
export type EncoderRate = { bitrateKbps: number; fps: number };

export interface VideoEncoder {
  /** Another one from the frame on at which it had to be replaced (`onReplaced`). */
  readonly name: VideoEncoderName;
  readonly codec: VideoCodec;
  /** Takes over a picture: it is what `encode` codes, once or again, until the next. */
  load(pixels: Pixels): void;
  /** Like `load`, and says whether the picture differs from the one before. */
  loadIfDifferent(pixels: Pixels): boolean;
  /**
   * MUST give the frame at once (no reordering, no delay), and a keyframe when asked for
   * one. `pts90k` MUST grow from call to call. `nonce` is laid over this one frame
   * (`nonce-pattern.ts`), and is not in what is loaded afterwards.
   */
  encode(pts90k: number, options: { keyframe: boolean; nonce?: number | undefined }): AccessUnit;
  /**
   * From the next frame on. Small changes may be ignored; where a change costs a
   * keyframe (`KnownEncoder`), some are put off for as long as `rate-step.ts` says.
   */
  setRate(rate: EncoderRate): void;
  /** The coded picture, scaled from what is loaded. The next frame is a keyframe of that size. */
  setSize(size: TitleSize): void;
}

export type EncoderOptions = {
  size: TitleSize;
  /** The highest rate; `setRate` may say less later. */
  fps: number;
  bitrateKbps: number;
  /** The highest bitrate that `setRate` will say; `bitrateKbps` where left out. */
  bitrateKbpsMax?: number;
  /** Something the operator should know; the encoder works none the less. */
  onNotice(text: string): void;
};

/** Throws when this machine can't run the encoder. */
export type OpenVideoEncoder = (options: EncoderOptions, scope: Scope) => VideoEncoder;
