// Keeps a session's pipeline running: where one fails another takes over, into the
// same room, and the player sees a picture that stood still for a moment.

import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoEncoderName } from "../media/encode/known-encoders.ts";
import type { CreatePipeline, MediaPipeline, PipelineEvents, PipelineOptions, PipelineTraits, VideoTarget } from "../media/ports.ts";
import type { Room } from "../sfu/ports.ts";
import { countFailure, moveToEnd, type Failures } from "./pipeline-restarts.ts";

export type PipelineKeeperPorts = {
  createPipeline: CreatePipeline;
  traits: PipelineTraits;
  room: Room;
  nowMs(): number;
  log(detail: string): void;
  /** Aborted as the session begins to close, its display before its room: what fails from then on is no fault. */
  ends: AbortSignal;
};

export type PipelineKeeperOptions = Omit<PipelineOptions, "video" | "sound" | "encoders"> & {
  monitorSocketPath: string;
  encoders: readonly [VideoEncoderName, ...VideoEncoderName[]];
};

export type PipelineKeeperEvents = Pick<PipelineEvents, "onFirstPicture" | "onFrame"> & {
  /** It failed for good. */
  onFailed(error: Error): void;
};

export type PipelineKeeper = Pick<MediaPipeline, "requestKeyframe" | "showNonce" | "setTarget">;

/** Rejects when the first one does not start: there is nothing to keep. */
export async function keepPipeline(
  ports: PipelineKeeperPorts,
  options: PipelineKeeperOptions,
  events: PipelineKeeperEvents,
  scope: Scope,
): Promise<PipelineKeeper> {
  const { monitorSocketPath, ...fixed } = options;
  let { encoders } = options;
  let inUse = encoders[0];
  let failures: Failures = [];
  let target: VideoTarget | undefined;
  let running: MediaPipeline | undefined;

  async function start(): Promise<void> {
    inUse = encoders[0];
    const { video, audio } = ports.room;
    const pipeline = await ports.createPipeline(
      { ...fixed, bitrateKbps: target?.bitrateKbps ?? options.bitrateKbps, encoders, video, sound: { monitorSocketPath, target: audio } },
      {
        onFirstPicture: events.onFirstPicture,
        onFrame: events.onFrame,
        onNotice: ports.log,
        onEncoder: (name) => (inUse = name),
      },
      scope,
    );
    running = pipeline;
    if (target) pipeline.setTarget(target);
    void pipeline.closed.then((error) => {
      if (error) return takeOver(error);
    });
  }

  async function takeOver(error: Error): Promise<void> {
    if (scope.closed || ports.ends.aborted) return;
    running = undefined;
    const counted = countFailure(failures, ports.nowMs());
    failures = counted.failures;
    if (!ports.traits.takesOver || !counted.mayRestart) return events.onFailed(error);
    ports.log(`the pipeline failed with ${inUse} and is started again: ${error.message}`);
    encoders = moveToEnd(encoders, inUse);
    try {
      await ports.room.interrupt();
      await start();
    } catch (again) {
      await takeOver(again instanceof Error ? again : new Error(String(again)));
    }
  }

  await start();
  return {
    requestKeyframe: () => running?.requestKeyframe(),
    showNonce: (nonce) => running?.showNonce(nonce),
    setTarget(next) {
      target = next;
      running?.setTarget(next);
    },
  };
}
