// Decodes what a player would see and hear, with FFmpeg's libraries.

import {
  AV_CHANNEL_LAYOUT_STEREO, AV_CODEC_FLAG_LOW_DELAY, AV_CODEC_ID_AV1, AV_CODEC_ID_H264, AV_CODEC_ID_VP8, FF_DECODER_LIBOPUS,
} from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { Luma } from "../../picture.ts";

/** FFmpeg's readers may look this far past the end of what they are given. */
const INPUT_PADDING_BYTES = 64;

export interface PictureDecoder {
  /** Valid until the next call; undefined when the unit gives no picture. */
  decode(accessUnit: Buffer): Luma | undefined;
}

const DECODERS = { H264: AV_CODEC_ID_H264, VP8: AV_CODEC_ID_VP8, AV1: AV_CODEC_ID_AV1 } as const;

export function openPictureDecoder(scope: Scope, name: VideoCodec = "H264"): PictureDecoder {
  const codec = Codec.findDecoder(DECODERS[name]);
  if (!codec) throw new Error(`node-av's FFmpeg has no decoder for ${name}: install the package again`);
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  // More threads would give pictures later, by one frame each.
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  check(context.open2Sync(codec, null), `opening the decoder of ${name}`);
  const { frame, packet } = buffers(scope);
  return {
    decode(accessUnit) {
      packet.data = Buffer.concat([accessUnit, Buffer.alloc(INPUT_PADDING_BYTES)]).subarray(0, accessUnit.length);
      const sent = context.sendPacketSync(packet);
      packet.unref();
      if (sent < 0) return undefined;
      frame.unref();
      if (context.receiveFrameSync(frame) < 0) return undefined;
      const [data] = frame.data ?? [];
      const [bytesPerRow = 0] = frame.linesize;
      return data && { data, width: frame.width, height: frame.height, bytesPerRow };
    },
  };
}

export interface SoundDecoder {
  /** The loudest sample of one packet's sound, 0 to 1; undefined when it gives none. */
  peak(packet: Buffer): number | undefined;
}

export function openSoundDecoder(scope: Scope): SoundDecoder {
  const codec = Codec.findDecoderByName(FF_DECODER_LIBOPUS);
  if (!codec) throw new Error("node-av's FFmpeg has no libopus: install the package again");
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.sampleRate = 48_000;
  context.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
  check(context.open2Sync(codec, null), "opening the Opus decoder");
  const { frame, packet } = buffers(scope);
  return {
    peak(bytes) {
      packet.data = bytes;
      const sent = context.sendPacketSync(packet);
      packet.unref();
      frame.unref();
      if (sent < 0 || context.receiveFrameSync(frame) < 0) return undefined;
      const [samples] = frame.data ?? [];
      if (!samples) return undefined;
      let peak = 0;
      // Two interleaved channels of 16 bits each.
      for (let at = 0; at < frame.nbSamples * 4; at += 2) peak = Math.max(peak, Math.abs(samples.readInt16LE(at)));
      return peak / 32_768;
    },
  };
}

function buffers(scope: Scope): { frame: Frame; packet: Packet } {
  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  const packet = scope.own(new Packet(), (packet) => packet.free());
  packet.alloc();
  return { frame, packet };
}

function check(result: number, doing: string): void {
  if (result < 0) throw new Error(`${doing} failed: ${new FFmpegError(result).message}`);
}
