// Opus through FFmpeg's libopus, in frames of 10 ms.
//
// Opus can put a coarse copy of a frame into the next (in-band FEC), but only in the
// modes that its low-delay application leaves out: there the `fec` flag changes no
// byte. With the general application and an expected loss of 5 % or more it works at
// 128 kbps too, and every sound is 4 ms later. So it is a choice.

import { AV_CHANNEL_LAYOUT_STEREO, AV_SAMPLE_FMT_S16, FF_ENCODER_LIBOPUS } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";

export type OpusOptions = {
  sampleRate: number;
  /** Samples of one channel in a frame. */
  frameSamples: number;
  bitrateKbps: number;
  /** Makes the coder rely less on the frame before. */
  expectedLossPercent: number;
  forwardErrorCorrection: boolean;
};

export interface OpusEncoder {
  /** One frame of interleaved s16le stereo in, one packet out; it is the encoder's own until the next call. */
  encode(pcm: Buffer): Buffer;
}

export function openOpus(options: OpusOptions, scope: Scope): OpusEncoder {
  const { sampleRate, frameSamples, bitrateKbps, expectedLossPercent, forwardErrorCorrection } = options;
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
  if (!codec) throw new Error("node-av's FFmpeg has no libopus; reinstall the npm dependencies.");
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.sampleRate = sampleRate;
  context.sampleFormat = AV_SAMPLE_FMT_S16;
  context.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
  context.bitRate = BigInt(Math.round(bitrateKbps * 1000));
  context.timeBase = new Rational(1, sampleRate);
  const settings = {
    frame_duration: String((frameSamples / sampleRate) * 1000),
    application: forwardErrorCorrection ? "audio" : "lowdelay",
    vbr: "off",
    fec: forwardErrorCorrection ? "1" : "0",
    packet_loss: String(Math.round(expectedLossPercent)),
  };
  for (const [name, value] of Object.entries(settings)) check(context.setOption(name, value), `setting ${name}`);
  // Not with a dictionary: see x264.ts.
  check(context.open2Sync(codec, null), "opening libopus");

  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  frame.format = AV_SAMPLE_FMT_S16;
  frame.nbSamples = frameSamples;
  frame.sampleRate = sampleRate;
  frame.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
  check(frame.getBuffer(0), "allocating a frame");
  const packet = scope.own(new Packet(), (packet) => packet.free());
  packet.alloc();
  let pts = 0n;
  return {
    encode(pcm) {
      packet.unref();
      check(frame.makeWritable(), "making the frame writable");
      const [samples] = frame.data ?? [];
      if (!samples) throw new Error("libopus: a frame without memory");
      pcm.copy(samples);
      frame.pts = pts;
      pts += BigInt(frameSamples);
      check(context.sendFrameSync(frame), "encoding a frame");
      check(context.receivePacketSync(packet), "taking the encoded frame");
      if (!packet.data) throw new Error("libopus gave a frame without data");
      return packet.data;
    },
  };
}

function check(result: number, doing: string): void {
  if (result < 0) throw new Error(`libopus: ${doing} failed: ${new FFmpegError(result).message}`);
}
