// H.264 on the CPU: x264 in this process, through FFmpeg's libavcodec.
//
// Set for latency: no lookahead, no reordering, slices of one frame on several
// cores rather than several frames at once. Constrained baseline, as the cheapest
// phones decode it in hardware.

import { availableParallelism } from "node:os";
import {
  AVCOL_PRI_SMPTE170M, AVCOL_RANGE_MPEG, AVCOL_SPC_SMPTE170M, AVCOL_TRC_SMPTE170M, AV_LOG_ERROR,
  AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P, FF_ENCODER_LIBX264,
} from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Log, Packet, Rational } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Pixels } from "../../capture/ports.ts";
import { chooseH264Level } from "../h264-level.ts";
import type { AccessUnit, EncoderOptions, EncoderRate, OpenVideoEncoder } from "../ports.ts";
import { openScaleI420 } from "./scale-i420.ts";
import { openToI420 } from "./to-i420.ts";

const CLOCK_RATE = 90_000;
/** How much may be sent at once: an IDR of this many milliseconds of the link at most. */
const RATE_BUFFER_MS = 100;
/** Keyframes come on request; this is for whoever can't ask. */
const KEYFRAME_INTERVAL_S = 60;
/** More slices than this cost more bits than the time they save. */
const SLICES_MAX = 4;
/** Smaller changes are noise of the measured frame rate; each change makes x264 plan anew. */
const FPS_CHANGE_SHARE_MIN = 0.08;
/** Below this a frame would be given more than the whole buffer. */
const FPS_MIN = 1000 / RATE_BUFFER_MS;

export const openX264: OpenVideoEncoder = (options, scope) => {
  Log.setLevel(AV_LOG_ERROR);
  const { size } = options;
  const convert = openToI420(size, options.onNotice, scope);
  let coder = openCoder(options, size, scope.child());
  const packet = scope.own(new Packet(), (packet) => packet.free());
  packet.alloc();
  let current = createFrame(size, scope);
  let other = createFrame(size, scope);
  let applied: EncoderRate = options;

  const load = (pixels: Pixels, into: Frame) => {
    // libavcodec may still refer to the picture it was given last; a copy is made only then.
    check(into.makeWritable(), "making the picture writable");
    convert(pixels, into);
  };

  return {
    name: "x264",
    codec: "H264" as const,
    load: (pixels) => load(pixels, current),
    loadIfDifferent(pixels) {
      load(pixels, other);
      if (samePicture(other, current, size)) return false;
      [current, other] = [other, current];
      return true;
    },
    encode(pts90k, { keyframe }): AccessUnit {
      packet.unref();
      const picture = coder.picture(current);
      picture.pts = BigInt(pts90k);
      picture.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
      check(coder.context.sendFrameSync(picture), "encoding a frame");
      check(coder.context.receivePacketSync(packet), "taking the encoded frame");
      if (!packet.data) throw new Error("x264 gave a frame without data");
      return { data: packet.data, keyframe: packet.isKeyframe };
    },
    setRate(rate) {
      if (rate.bitrateKbps === applied.bitrateKbps && Math.abs(rate.fps / applied.fps - 1) < FPS_CHANGE_SHARE_MIN) return;
      applied = rate;
      applyRate(coder.context, rate, options.fps);
    },
    setSize(coded) {
      // x264 can't change its size: another one is opened, whose first frame is an IDR.
      const before = coder.scope;
      coder = openCoder({ ...options, bitrateKbps: applied.bitrateKbps }, coded, scope.child());
      applyRate(coder.context, applied, options.fps);
      void before.close("another size");
    },
  };
};

/** x264 at one coded size, and how a loaded picture gets that size. */
function openCoder(options: EncoderOptions, coded: TitleSize, scope: Scope) {
  const context = openContext({ ...options, size: coded }, scope);
  const { size } = options;
  if (coded.width === size.width && coded.height === size.height) {
    return { context, scope, picture: (loaded: Frame) => loaded };
  }
  const scale = openScaleI420(size, coded, scope);
  const scaled = createFrame(coded, scope);
  return {
    context,
    scope,
    picture(loaded: Frame) {
      check(scaled.makeWritable(), "making the scaled picture writable");
      scale(loaded, scaled);
      return scaled;
    },
  };
}

function openContext(options: EncoderOptions, scope: Scope): CodecContext {
  const { size, fps, bitrateKbps } = options;
  const level = chooseH264Level(size, fps, bitrateKbps);
  if (level === undefined) {
    throw new Error(`No level of H.264 holds ${size.width}x${size.height} at ${fps} frames a second and ${bitrateKbps} kbps.`);
  }
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (!codec) throw new Error("node-av's FFmpeg has no libx264; reinstall the npm dependencies.");
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.width = size.width;
  context.height = size.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, CLOCK_RATE);
  context.framerate = new Rational(fps, 1);
  context.gopSize = fps * KEYFRAME_INTERVAL_S;
  context.maxBFrames = 0;
  context.threadCount = Math.min(SLICES_MAX, availableParallelism());
  context.colorSpace = AVCOL_SPC_SMPTE170M;
  context.colorPrimaries = AVCOL_PRI_SMPTE170M;
  context.colorTrc = AVCOL_TRC_SMPTE170M;
  context.colorRange = AVCOL_RANGE_MPEG;
  applyRate(context, options, fps);
  const settings = { preset: "ultrafast", tune: "zerolatency", profile: "baseline", level, "forced-idr": "1" };
  for (const [name, value] of Object.entries(settings)) check(context.setOption(name, value), `setting ${name}`);
  // Not `open2Sync(codec, dictionary)`: in node-av 6.1.1 that corrupts the heap.
  check(context.open2Sync(codec, null), "opening x264");
  return context;
}

/**
 * x264 shares the bits out over the frames of `fpsDeclared`, whenever they come. For
 * a title that draws less often each frame is given more; the buffer stays what
 * the link can take.
 */
function applyRate(context: CodecContext, rate: EncoderRate, fpsDeclared: number): void {
  const bps = BigInt(Math.round(rate.bitrateKbps * 1000 * Math.max(1, fpsDeclared / Math.max(rate.fps, FPS_MIN))));
  context.bitRate = bps;
  context.rcMaxRate = bps;
  context.rcBufferSize = rate.bitrateKbps * RATE_BUFFER_MS;
}

function createFrame(size: TitleSize, scope: Scope): Frame {
  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  frame.width = size.width;
  frame.height = size.height;
  frame.format = AV_PIX_FMT_YUV420P;
  frame.colorSpace = AVCOL_SPC_SMPTE170M;
  frame.colorRange = AVCOL_RANGE_MPEG;
  check(frame.getBuffer(0), "allocating a picture");
  return frame;
}

function samePicture(a: Frame, b: Frame, size: TitleSize): boolean {
  const [planesA, planesB] = [a.data ?? [], b.data ?? []];
  return planesA.every((planeA, plane) => {
    const planeB = planesB[plane];
    const [strideA = 0, strideB = 0] = [a.linesize[plane], b.linesize[plane]];
    if (!planeB) return false;
    const [width, height] = plane === 0 ? [size.width, size.height] : [size.width / 2, size.height / 2];
    for (let row = 0; row < height; row++) {
      const [fromA, fromB] = [row * strideA, row * strideB];
      if (planeA.compare(planeB, fromB, fromB + width, fromA, fromA + width) !== 0) return false;
    }
    return true;
  });
}

/** libav returns negative numbers for errors. */
function check(result: number, doing: string): void {
  if (result < 0) throw new Error(`x264: ${doing} failed: ${new FFmpegError(result).message}`);
}
