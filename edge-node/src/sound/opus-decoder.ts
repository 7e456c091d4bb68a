// A player's voice: Opus packets in, samples of one channel out, through FFmpeg's libopus.

import { AV_CHANNEL_LAYOUT_MONO, FF_DECODER_LIBOPUS } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";

export interface VoiceDecoder {
  /** s16le, 48 kHz, mono; undefined for a packet that is none. The buffer is the caller's. */
  decode(packet: Buffer): Buffer | undefined;
}

export function openVoiceDecoder(scope: Scope): VoiceDecoder {
  const codec = Codec.findDecoderByName(FF_DECODER_LIBOPUS);
  if (!codec) throw new Error("node-av's FFmpeg has no libopus; reinstall the npm dependencies.");
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.sampleRate = 48_000;
  context.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  const opened = context.open2Sync(codec, null);
  if (opened < 0) throw new Error(`opening libopus failed: ${new FFmpegError(opened).message}`);
  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  const input = scope.own(new Packet(), (packet) => packet.free());
  input.alloc();
  return {
    decode(packet) {
      input.data = packet;
      const sent = context.sendPacketSync(input);
      input.unref();
      frame.unref();
      if (sent < 0 || context.receiveFrameSync(frame) < 0) return undefined;
      const [samples] = frame.data ?? [];
      return samples && Buffer.from(samples.subarray(0, frame.nbSamples * 2));
    },
  };
}
