// Decodes Opus to hear what a player would. For tests.

import { AV_CHANNEL_LAYOUT_STEREO, FF_DECODER_LIBOPUS } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";

export interface OpusDecoder {
  /** The loudest sample of one packet's sound, of 32767; undefined when it gives none. */
  peak(packet: Buffer): number | undefined;
}

export function openOpusDecoder(scope: Scope): OpusDecoder {
  const codec = Codec.findDecoderByName(FF_DECODER_LIBOPUS);
  if (!codec) throw new Error("node-av's FFmpeg has no libopus");
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.sampleRate = 48_000;
  context.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
  const opened = context.open2Sync(codec, null);
  if (opened < 0) throw new Error(`Opus decoder: ${new FFmpegError(opened).message}`);
  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  const input = scope.own(new Packet(), (packet) => packet.free());
  input.alloc();
  return {
    peak(packet) {
      input.data = packet;
      const sent = context.sendPacketSync(input);
      input.unref();
      frame.unref();
      if (sent < 0 || context.receiveFrameSync(frame) < 0) return undefined;
      const [samples] = frame.data ?? [];
      if (!samples) return undefined;
      let peak = 0;
      for (let at = 0; at < frame.nbSamples * 4; at += 2) peak = Math.max(peak, Math.abs(samples.readInt16LE(at)));
      return peak;
    },
  };
}
