// Decodes video to look at what a player would see. For tests and benchmarks.

import { AV_CODEC_FLAG_LOW_DELAY, AV_CODEC_ID_AV1, AV_CODEC_ID_H264, AV_CODEC_ID_VP8 } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";

const CODEC_IDS = { H264: AV_CODEC_ID_H264, VP8: AV_CODEC_ID_VP8, AV1: AV_CODEC_ID_AV1 } as const;

/** FFmpeg's readers may look this far past the end of what they are given. */
const INPUT_PADDING_BYTES = 64;

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Brightness, 16 (black) to 235 (white). */
  lumaAt(x: number, y: number): number;
}

export interface VideoDecoder {
  /** The picture is valid until the next call; undefined when the unit gives none yet. */
  decode(accessUnit: Buffer): Picture | undefined;
}

export function openVideoDecoder(name: VideoCodec, scope: Scope): VideoDecoder {
  const codec = Codec.findDecoder(CODEC_IDS[name]);
  if (!codec) throw new Error(`node-av's FFmpeg has no decoder for ${name}`);
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  check(context.open2Sync(codec, null));
  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  const packet = scope.own(new Packet(), (packet) => packet.free());
  packet.alloc();
  return {
    decode(accessUnit) {
      packet.data = Buffer.concat([accessUnit, Buffer.alloc(INPUT_PADDING_BYTES)]).subarray(0, accessUnit.length);
      const sent = context.sendPacketSync(packet);
      packet.unref();
      if (sent < 0) return undefined;
      frame.unref();
      if (context.receiveFrameSync(frame) < 0) return undefined;
      const [luma] = frame.data ?? [];
      const [stride = 0] = frame.linesize;
      return {
        width: frame.width,
        height: frame.height,
        lumaAt: (x, y) => luma?.[y * stride + x] ?? Number.NaN,
      };
    },
  };
}

function check(result: number): void {
  if (result < 0) throw new Error(`Decoder: ${new FFmpegError(result).message}`);
}
