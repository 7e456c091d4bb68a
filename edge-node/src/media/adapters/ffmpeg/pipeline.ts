// The fallback: ffmpeg's own x11grab, encoder and RTP, driven from outside.
//
// Certain, but slow: it looks at the screen on a clock, and what it is doing can't
// be changed while it runs (see the traits). Picture and sound are a process each,
// so that neither waits for the other.

import { type Scope, withTimeout } from "@nearframe/shared/lifetime";
import { createChild, describeExit } from "../../../process/child.ts";
import { enterIpcNamespace } from "../../../process/ipc-namespace.ts";
import { preferProcess } from "../../../process/priority.ts";
import type { CreatePipeline, PipelineTraits } from "../../ports.ts";
import { ffmpegPath, soundArguments, videoArguments } from "./commands.ts";
import { watchDisplay } from "./display-watch.ts";

/** Its first report comes after half a second. */
const START_TIMEOUT_MS = 10_000;
/** Its child is not asked politely for long: there is nothing that ffmpeg could finish. */
const TERM_GRACE_MS = 300;

export const ffmpegPipelineTraits: PipelineTraits = {
  rtcpMux: false,
  stampsExtensions: false,
  keyframeOnRequest: false,
  followsTarget: false,
  marksFrames: false,
  codecs: ["H264"],
  takesOver: false,
};

export const createFfmpegPipeline: CreatePipeline = async (options, events, owner) => {
  const scope = owner.child();
  const closed = Promise.withResolvers<Error | undefined>();
  scope.signal.addEventListener("abort", () => closed.resolve(undefined), { once: true });
  const failed = (error: Error) => {
    closed.resolve(error);
    scope.close(error).catch(() => {
      // The owner joins this close with its own, and hears what failed then.
    });
  };
  try {
    const { display, sound } = options;
    const watch = await watchDisplay(options, failed, scope);
    const programs = [
      run("picture", await enterIpcNamespace(display.processId), videoArguments(options), display.environment, failed, scope),
      ...(sound ? [run("sound", [], soundArguments(sound), {}, failed, scope)] : []),
    ];
    const neverFlows = closed.promise.then((error) => {
      throw error ?? scope.signal.reason ?? new Error("The pipeline was closed while it started.");
    });
    await withTimeout(
      Promise.race([Promise.all(programs), neverFlows]),
      START_TIMEOUT_MS,
      "ffmpeg sent nothing",
    );
    watch.look(events.onFirstPicture);
  } catch (error) {
    await scope.close(error);
    throw error;
  }
  return {
    requestKeyframe() {
      // One comes each second; ffmpeg takes no wishes (`keyframeOnRequest`).
    },
    showNonce() {
      // ffmpeg's picture is its own. A node of a network that checks its nodes needs the other pipeline.
    },
    setTarget() {
      // Only a new process could have another (`followsTarget`), at the price of a second of no picture.
    },
    closed: closed.promise,
  };
};

/** Resolves when the program has sent something. */
async function run(
  what: "picture" | "sound",
  /** Words before the command. */
  before: readonly string[],
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onEnded: (error: Error) => void,
  scope: Scope,
): Promise<void> {
  const flowing = Promise.withResolvers<void>();
  const [file = ffmpegPath, ...words] = [...before, ffmpegPath, ...args];
  const child = await createChild(
    {
      file,
      args: words,
      environment: { ...environment },
      folder: "/",
      termGraceMs: TERM_GRACE_MS,
      // `total_size` counts what has been written out.
      onReport: (text) => {
        if (/^total_size=[1-9]/m.test(text)) flowing.resolve();
      },
    },
    scope,
  );
  // Where it is refused it is only later still; nobody takes this pipeline for its speed.
  preferProcess(child.pid);
  void child.exited.then((exit) => {
    if (!scope.closed) onEnded(new Error(`ffmpeg, which carried the ${what}, ended ${describeExit(exit)}. ${child.lastOutput()}`.trim()));
  });
  await flowing.promise;
}
