// A coder on one of libavcodec's encoders, as a recipe describes it: how it is set
// for latency, what it takes in, and what another bitrate costs it.

import {
  AVCOL_PRI_SMPTE170M, AVCOL_RANGE_MPEG, AVCOL_SPC_SMPTE170M, AVCOL_TRC_SMPTE170M, AV_LOG_ERROR,
  AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P, type FFVideoEncoder,
} from "node-av/constants";
import { Codec, CodecContext, Log, Packet, Rational } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoEncoderName } from "../known-encoders.ts";
import type { EncoderRate } from "../ports.ts";
import { isWorthAKeyframe } from "../rate-step.ts";
import type { CoderOptions, OpenCoder } from "./coder.ts";
import { type Surface, type SurfaceKind, openSurface } from "./hardware-surface.ts";
import { check } from "./libav.ts";

export type Recipe = {
  name: VideoEncoderName;
  encoder: FFVideoEncoder;
  /** Private settings of the encoder. May throw where it can't serve the options. */
  settings(options: CoderOptions): Readonly<Record<string, string>>;
  /** Fields of the context beyond those that all share. */
  prepare?(context: CodecContext, options: CoderOptions): void;
  /** Where it takes pictures from; the machine's memory where left out. */
  surface?: SurfaceKind;
  /** How it takes another bitrate: as it runs, as it runs but with a keyframe, or not at all. */
  rateChange: "live" | "live-keyframe" | "reopen";
  /**
   * A smaller buffer than `RATE_BUFFER_MS`, and what to ask for then, as a share of the bitrate:
   * an encoder that never fills it up stays below what it is asked for. Only from a bitrate on
   * at which a frame's worth is enough for a hard picture.
   */
  tightBuffer?: { ms: number; askShare: number; fromKbps: number };
  /** Does it share the bits out over frames, whenever they come, or over time? */
  shares: "frames" | "time";
};

const CLOCK_PER_MS = 90;
const CLOCK_RATE = 90_000;
/** How much may be sent at once: a keyframe of this many milliseconds of the link at most. */
const RATE_BUFFER_MS = 100;
/** Keyframes come on request; this is for whoever can't ask. */
const KEYFRAME_INTERVAL_S = 60;
/** Smaller changes are noise of the measured frame rate; each change makes an encoder plan anew. */
const FPS_CHANGE_SHARE_MIN = 0.08;
/** A title that draws less often has no use for the bits of a whole second in one frame. */
const FPS_MIN = 10;

export const libavCoder = (recipe: Recipe): OpenCoder => (options, scope) => {
  Log.setLevel(AV_LOG_ERROR);
  const packet = scope.own(new Packet(), (packet) => packet.free());
  packet.alloc();
  const surface = recipe.surface && openSurface(recipe.surface, recipe.name, options.size, scope);
  let wanted: EncoderRate = options.rate;
  let applied = wanted;
  let appliedAtMs: number | undefined;
  let [context, contextScope] = openContext(recipe, options, surface, scope);

  function apply(rate: EncoderRate): void {
    applied = rate;
    if (recipe.rateChange !== "reopen") return applyRate(recipe, context, rate, options.fps);
    const before = contextScope;
    [context, contextScope] = openContext(recipe, { ...options, rate }, surface, scope);
    void before.close("another bitrate");
  }

  /** Rates wait for a frame to be due, so that time is the pictures' own. */
  function applyWhenDue(nowMs: number): void {
    appliedAtMs ??= nowMs;
    const [has, wants] = [kbpsOf(recipe, applied, options.fps), kbpsOf(recipe, wanted, options.fps)];
    if (!isWorthAKeyframe(has, wants, nowMs - appliedAtMs)) return;
    appliedAtMs = nowMs;
    apply(wanted);
  }

  return {
    encode(picture, pts90k, keyframe) {
      if (wanted !== applied && recipe.rateChange !== "live") applyWhenDue(pts90k / CLOCK_PER_MS);
      packet.unref();
      const input = surface ? surface.upload(picture) : picture;
      input.pts = BigInt(pts90k);
      input.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
      check(context.sendFrameSync(input), recipe.name, "encoding a frame");
      check(context.receivePacketSync(packet), recipe.name, "taking the encoded frame");
      if (!packet.data) throw new Error(`${recipe.name} gave a frame without data`);
      return { data: packet.data, keyframe: packet.isKeyframe };
    },
    setRate(rate) {
      const { bitrateKbps, fps } = wanted;
      if (rate.bitrateKbps === bitrateKbps && Math.abs(rate.fps / fps - 1) < FPS_CHANGE_SHARE_MIN) return;
      wanted = rate;
      if (recipe.rateChange === "live") apply(rate);
    },
  };
};

function openContext(
  recipe: Recipe,
  options: CoderOptions,
  surface: Surface | undefined,
  owner: Scope,
): [CodecContext, Scope] {
  const { size, fps, rate } = options;
  const settings = recipe.settings(options);
  const codec = Codec.findEncoderByName(recipe.encoder);
  if (!codec) throw new Error(`This build of FFmpeg has no ${recipe.encoder}.`);
  const scope = owner.child();
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.width = size.width;
  context.height = size.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, CLOCK_RATE);
  context.framerate = new Rational(fps, 1);
  context.gopSize = fps * KEYFRAME_INTERVAL_S;
  context.maxBFrames = 0;
  context.colorSpace = AVCOL_SPC_SMPTE170M;
  context.colorPrimaries = AVCOL_PRI_SMPTE170M;
  context.colorTrc = AVCOL_TRC_SMPTE170M;
  context.colorRange = AVCOL_RANGE_MPEG;
  surface?.prepare(context);
  recipe.prepare?.(context, options);
  applyRate(recipe, context, rate, fps);
  for (const [name, value] of Object.entries(settings)) check(context.setOption(name, value), recipe.name, `setting ${name}`);
  // Not `open2Sync(codec, dictionary)`: in node-av 6.1.1 that corrupts the heap.
  check(context.open2Sync(codec, null), recipe.name, "opening it");
  return [context, scope];
}

/**
 * What the encoder is told. One that shares the bits out over the frames of
 * `fpsDeclared`, whenever they come, gives each frame more for a title that draws
 * less often; the buffer stays what the link can take.
 */
function kbpsOf(recipe: Recipe, rate: EncoderRate, fpsDeclared: number): number {
  if (recipe.shares === "time") return rate.bitrateKbps;
  return rate.bitrateKbps * Math.max(1, fpsDeclared / Math.max(rate.fps, FPS_MIN));
}

function applyRate(recipe: Recipe, context: CodecContext, rate: EncoderRate, fpsDeclared: number): void {
  const tight = recipe.tightBuffer && rate.bitrateKbps >= recipe.tightBuffer.fromKbps ? recipe.tightBuffer : undefined;
  const { ms, askShare } = tight ?? { ms: RATE_BUFFER_MS, askShare: 1 };
  const bps = BigInt(Math.round(kbpsOf(recipe, rate, fpsDeclared) * askShare * 1000));
  context.bitRate = bps;
  context.rcMaxRate = bps;
  context.rcBufferSize = rate.bitrateKbps * ms;
}
