// The hot path, as the node sees it: a process for each session that captures when
// something is drawn, encodes with libav and sends RTP. This end starts it, speaks
// to it and ends it.

import * as z from "zod/mini";
import { type Scope, withTimeout } from "@nearframe/shared/lifetime";
import { VIDEO_CODECS } from "@nearframe/shared/media/video-codecs";
import { describeExit } from "../../../process/child.ts";
import { KNOWN_ENCODERS } from "../../encode/known-encoders.ts";
import type { CreatePipeline, MediaPipeline, PipelineEvents, PipelineOptions, PipelineTraits } from "../../ports.ts";
import { FromProcess, type SoundSettings, type StartOptions, type ToProcess } from "./messages.ts";
import { startProgram, type TakeProgram } from "./program.ts";
import { watchForSilence } from "./silence-watch.ts";

/** About 0.4 s on an idle machine: Node, the codecs, the connection to the display. */
const START_TIMEOUT_MS = 10_000;
/**
 * A still screen is sent four times a second, so a process that says nothing for this
 * long hangs. A driver can do that; an encoder on the CPU only starves, on a machine
 * that has no time for it, and killing it there would make matters worse.
 */
const SILENCE_MS_MAX = { hardware: 1_000, software: 3_000 } as const;

export const damagePipelineTraits: PipelineTraits = {
  rtcpMux: true,
  stampsExtensions: true,
  keyframeOnRequest: true,
  followsTarget: true,
  marksFrames: true,
  codecs: VIDEO_CODECS,
  takesOver: true,
};

/** What every machine can run, and every browser but a few can play. */
const DEFAULT_ENCODERS = ["x264"] as const;

export type DamageSettings = { sound: SoundSettings };
export const DAMAGE_SETTINGS: DamageSettings = {
  sound: { bitrateKbps: 128, expectedLossPercent: 5, forwardErrorCorrection: false },
};

/** `take`: where its processes come from. */
export const damagePipeline =
  (settings: DamageSettings, take: TakeProgram = startProgram): CreatePipeline =>
  async (options, events, scope) => {
    const own = scope.child();
    try {
      return await createPipeline(startOptions(options, settings), take, events, own);
    } catch (error) {
      await own.close(error);
      throw error;
    }
  };

export const createDamagePipeline: CreatePipeline = damagePipeline(DAMAGE_SETTINGS);

function startOptions(options: PipelineOptions, { sound }: DamageSettings): StartOptions {
  const { display, size, fps, bitrateKbps, bitrateKbpsMax, video, inputMarkPath, encoders = DEFAULT_ENCODERS } = options;
  return {
    display: { name: display.name, environment: display.environment, framebufferPath: display.framebufferPath },
    size,
    fps,
    bitrateKbps,
    ...(bitrateKbpsMax === undefined ? {} : { bitrateKbpsMax }),
    video,
    sound: options.sound && { ...options.sound, settings: sound },
    inputMarkPath,
    encoders: [...encoders],
  };
}

async function createPipeline(
  options: StartOptions,
  take: TakeProgram,
  events: PipelineEvents,
  own: Scope,
): Promise<MediaPipeline> {
  const { child, tail } = take(own);
  const ready = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<Error | undefined>();
  let failure: Error | undefined;
  own.signal.addEventListener("abort", () => failure ?? closed.resolve(undefined), { once: true });
  const failed = (error: Error) => {
    if (failure ?? own.closed) return;
    failure = error;
    const tellOwner = () => closed.resolve(error);
    // What failed by itself leaves no process behind either: another may need its ports.
    // Where closing fails too, the owner joins this close with its own and hears it then.
    own.close(error).then(tellOwner, tellOwner);
  };
  let silence = "";
  let heard = () => {};

  function startWatch(): void {
    const hardware = options.encoders.some((name) => KNOWN_ENCODERS[name].hardware);
    const silenceMsMax = hardware ? SILENCE_MS_MAX.hardware : SILENCE_MS_MAX.software;
    const kill = () => {
      silence = `It had given no frame for ${silenceMsMax} ms.`;
      child.kill("SIGKILL");
    };
    heard = watchForSilence(silenceMsMax, kill, own);
  }

  child.on("message", (raw) => {
    // What was on its way when the owner closed is nobody's any more.
    if (own.closed) return;
    const parsed = z.safeParse(FromProcess, raw);
    if (!parsed.success) {
      return failed(new Error(`The pipeline's process sent a message that can't be read: ${z.prettifyError(parsed.error)}`));
    }
    const message = parsed.data;
    switch (message.type) {
      case "ready":
        startWatch();
        return ready.resolve();
      case "first-picture":
        return events.onFirstPicture();
      case "frame":
        heard();
        return events.onFrame(message.mark);
      case "encoder":
        return events.onEncoder?.(message.name);
      case "notice":
        return events.onNotice?.(message.text);
      case "failed":
        return failed(new Error(message.text));
    }
  });
  child.once("error", failed);
  child.once("exit", (code, signal) => {
    failed(new Error(`The pipeline's process ended ${describeExit({ code, signal })}. ${silence} ${tail.read()}`.trim()));
  });

  const tell = (message: ToProcess) => {
    if (child.connected) child.send(message);
  };
  tell({ type: "start", options });
  const neverReady = closed.promise.then((error) => {
    throw error ?? own.signal.reason ?? new Error("The pipeline was closed while it started.");
  });
  await withTimeout(
    Promise.race([ready.promise, neverReady]),
    START_TIMEOUT_MS,
    "the pipeline's process did not get ready",
  );
  return {
    requestKeyframe: () => tell({ type: "request-keyframe" }),
    showNonce: (nonce) => tell({ type: "show-nonce", nonce }),
    setTarget: (target) => tell({ type: "set-target", target }),
    closed: closed.promise,
  };
}
