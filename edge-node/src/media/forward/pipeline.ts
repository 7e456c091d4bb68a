// The pipeline of a source that codes by itself: its frames are sent on as they are.
//
//   packet -> parameter sets -> clock -> (held) -> RTP -> mark
//
// Nothing is decoded here. What other pipelines do to each frame is done to the source
// instead: another rate is another stream of it, which takes over at its first keyframe.

import { randomInt } from "node:crypto";
import type { Scope } from "@nearframe/shared/lifetime";
import { AUDIO_CLOCK_RATE, VIDEO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { machineMs } from "../../input/mark.ts";
import { openInputMark } from "../adapters/damage/input-at-capture.ts";
import type { CreatePipeline, MediaPipeline, PipelineEvents, PipelineOptions, PipelineTraits } from "../ports.ts";
import { packetiseH264 } from "../rtp/h264.ts";
import { RtpSender } from "../rtp/sender.ts";
import { wallOffsetMs } from "../wall-clock.ts";
import { placeOnClock, startDeviceClock } from "./device-clock.ts";
import { ForwardedVideo } from "./forwarded-video.ts";
import type { CodedSource } from "./ports.ts";

/** More than this between two packets of sound is a pause: three of Android's. */
const GAP_MS = 60;

export const forwardPipelineTraits: PipelineTraits = {
  rtcpMux: true,
  stampsExtensions: true,
  keyframeOnRequest: true,
  followsTarget: true,
  marksFrames: true,
  codecs: ["H264"],
  takesOver: true,
};

export const forwardPipeline =
  (source: CodedSource): CreatePipeline =>
  async (options, events, owner) => {
    const own = owner.child();
    try {
      return await createPipeline(source, options, events, own);
    } catch (error) {
      await own.close(error);
      throw error;
    }
  };

async function createPipeline(source: CodedSource, options: PipelineOptions, events: PipelineEvents, own: Scope): Promise<MediaPipeline> {
  const closed = Promise.withResolvers<Error | undefined>();
  let failure: Error | undefined;
  own.signal.addEventListener("abort", () => failure ?? closed.resolve(undefined), { once: true });
  const fail = (error: Error) => {
    if (failure ?? own.closed) return;
    failure = error;
    const tellOwner = () => closed.resolve(error);
    own.close(error).then(tellOwner, tellOwner);
  };
  const offsetMs = wallOffsetMs();
  const sender = await RtpSender.open(
    {
      target: options.video,
      clockRate: VIDEO_CLOCK_RATE,
      canonicalName: "nearframe-video",
      wallOffsetMs: offsetMs,
      onKeyframeRequest: () => video.requestKeyframe(),
      onError: fail,
    },
    own,
  );
  const video = new ForwardedVideo(
    {
      source,
      size: options.size,
      target: options,
      bitrateKbpsMax: options.bitrateKbpsMax ?? options.bitrateKbps,
      readInput: openInputMark(options.inputMarkPath, own),
      nowMs: machineMs,
      timestampOffset: options.video.timestampOffset ?? randomInt(2 ** 32),
      send: (data, frame) => sender.send({ ...frame, payloads: packetiseH264(data, sender.payloadBytesMax), marker: "last" }),
      onFrame: events.onFrame,
      onFirstPicture: events.onFirstPicture,
      onNotice: (text) => events.onNotice?.(text),
      onGone: fail,
    },
    own,
  );
  if (options.sound) await forwardSound(source, options.sound.target, offsetMs, fail, own);
  await video.start();
  return {
    requestKeyframe: () => video.requestKeyframe(),
    showNonce() {
      // The pictures are the device's; nothing can be drawn into them without coding them anew.
    },
    setTarget: (target) => video.setTarget(target),
    closed: closed.promise,
  };
}

async function forwardSound(
  source: CodedSource,
  target: NonNullable<PipelineOptions["sound"]>["target"],
  offsetMs: number,
  onError: (error: Error) => void,
  scope: Scope,
): Promise<void> {
  const sender = await RtpSender.open(
    { target, clockRate: AUDIO_CLOCK_RATE, canonicalName: "nearframe-audio", wallOffsetMs: offsetMs, onError },
    scope,
  );
  const timestampOffset = target.timestampOffset ?? randomInt(2 ** 32);
  let clock = startDeviceClock;
  /** Where the source's clock lies on ours. Its clock counts the samples, so it is asked only once. */
  let beganAtMs: number | undefined;
  let expectedAtMs = -Infinity;
  source.listen(({ data, takenAtUs }) => {
    const deviceMs = Number(takenAtUs) / 1000;
    const [next, capturedAtMs] = placeOnClock(clock, deviceMs, machineMs());
    clock = next;
    beganAtMs ??= capturedAtMs - deviceMs;
    const timestamp = (timestampOffset + Math.round(((deviceMs + beganAtMs) * AUDIO_CLOCK_RATE) / 1000)) % 2 ** 32;
    sender.send({ payloads: [[data]], timestamp, capturedAtMs, marker: deviceMs > expectedAtMs ? "first" : "none" });
    expectedAtMs = deviceMs + GAP_MS;
  }, scope);
}
