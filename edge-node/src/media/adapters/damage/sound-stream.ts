// The sound thread: PCM from the session's PulseAudio in, Opus over RTP out.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { workerData } from "node:worker_threads";
import { AUDIO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { Scope } from "@nearframe/shared/lifetime";
import { machineMs } from "../../../input/mark.ts";
import { openOpus } from "../../encode/adapters/opus.ts";
import { FRAME_SAMPLES, SoundFrames } from "../../sound-frames.ts";
import { RtpSender } from "../../rtp/sender.ts";
import type { SoundThreadOptions } from "./sound-thread.ts";

const { monitorSocketPath, target, settings, wallOffsetMs } = workerData as SoundThreadOptions;
const scope = new Scope();

const sender = await RtpSender.open(
  {
    target,
    clockRate: AUDIO_CLOCK_RATE,
    canonicalName: "nearframe-audio",
    wallOffsetMs,
    onError(error) {
      throw error;
    },
  },
  scope,
);
const encoder = openOpus({ ...settings, frameSamples: FRAME_SAMPLES, sampleRate: AUDIO_CLOCK_RATE }, scope);
const frames = new SoundFrames();
const timestampAtClockZero = target.timestampOffset ?? randomInt(2 ** 32);
let timestampOffset: number | undefined;

const socket = scope.own(connect(monitorSocketPath), (socket) => void socket.destroy());
await once(socket, "connect");
socket.on("data", (pcm) => {
  for (const frame of frames.push(pcm, machineMs())) {
    timestampOffset ??= timestampAtClockZero + Math.round((frame.capturedAtMs * AUDIO_CLOCK_RATE) / 1000) - frame.timestamp;
    const packet = encoder.encode(frame.pcm);
    sender.send({
      payloads: [[packet]],
      timestamp: (frame.timestamp + timestampOffset) % 2 ** 32,
      capturedAtMs: frame.capturedAtMs,
      marker: frame.afterGap ? "first" : "none",
    });
  }
});
await once(socket, "close");
throw new Error("the sound server closed its monitor socket");
