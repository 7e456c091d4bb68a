// The outer half of every video encoder: loads pictures, scales them, and hands them
// to a coder. Pictures stay here, so that a coder which fails can be replaced in the
// middle of one and the player loses nothing but the time it takes to open another.

import type { Frame } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Pixels } from "../../capture/ports.ts";
import type { VideoEncoderName } from "../known-encoders.ts";
import type { AccessUnit, EncoderOptions, EncoderRate, VideoEncoder } from "../ports.ts";
import { type InUse, chooseReplacement } from "../replacement.ts";
import type { Coder, OpenCoder } from "./coder.ts";
import { withNonce } from "./nonce-overlay.ts";
import { createPicture, makeWritable, samePicture } from "./picture.ts";
import { openScaleI420 } from "./scale-i420.ts";
import { openToI420 } from "./to-i420.ts";

/** A coder that may be used, and what it is called. */
export type Candidate = { name: VideoEncoderName; codec: VideoCodec; open: OpenCoder };

type Running = { coder: Coder; scope: Scope; picture(loaded: Frame): Frame };

const CLOCK_PER_MS = 90;

/**
 * The candidates, of one codec, are tried in their order; throws when none opens.
 * `onReplaced` hears which one codes from the next frame on, and why.
 */
export function openVideoEncoder(
  candidates: readonly [Candidate, ...Candidate[]],
  options: EncoderOptions & { onReplaced?(name: VideoEncoderName, why: string): void },
  scope: Scope,
): VideoEncoder {
  const { size, bitrateKbpsMax = options.bitrateKbps } = options;
  const convert = openToI420(size, options.onNotice, scope);
  let current = createPicture(size, scope);
  let other = createPicture(size, scope);
  let coded = size;
  let rate: EncoderRate = options;
  let inUse: InUse = { index: 0, reopenedAtMs: undefined };
  let nowMs = Number.NEGATIVE_INFINITY;
  let running: Running | undefined;

  const candidate = () => candidates[inUse.index] ?? candidates[0];

  function open(): Running {
    const own = scope.child();
    try {
      const coder = candidate().open({ size: coded, fps: options.fps, bitrateKbpsMax, rate }, own);
      return { coder, scope: own, picture: pictureFor(coded, own) };
    } catch (error) {
      void own.close(error);
      throw error;
    }
  }

  /** The loaded picture, in the coded size. */
  function pictureFor(to: TitleSize, own: Scope): Running["picture"] {
    if (to.width === size.width && to.height === size.height) return (loaded) => loaded;
    const scale = openScaleI420(size, to, own);
    const scaled = createPicture(to, own);
    return (loaded) => {
      makeWritable(scaled);
      scale(loaded, scaled);
      return scaled;
    };
  }

  /** Makes the attempt, with another coder each time it throws, until it succeeds or none is left. */
  function untilOneDoes<T>(attempt: () => T): T {
    for (;;) {
      try {
        return attempt();
      } catch (error) {
        const failed = candidate().name;
        void running?.scope.close(error);
        running = undefined;
        // Before the first picture nothing ran: to open the same again would tell nothing new.
        const next = chooseReplacement(inUse, candidates.length, nowMs);
        if (!next || (next.index === inUse.index && nowMs === Number.NEGATIVE_INFINITY)) throw error;
        inUse = next;
        options.onReplaced?.(candidate().name, `${failed} failed: ${(error as Error).message}`);
      }
    }
  }

  const load = (pixels: Pixels, into: Frame) => {
    makeWritable(into);
    convert(pixels, into);
  };

  running = untilOneDoes(open);
  return {
    get name() {
      return candidate().name;
    },
    codec: candidates[0].codec,
    load: (pixels) => load(pixels, current),
    loadIfDifferent(pixels) {
      load(pixels, other);
      if (samePicture(other, current, size)) return false;
      [current, other] = [other, current];
      return true;
    },
    encode(pts90k, { keyframe, nonce }): AccessUnit {
      nowMs = pts90k / CLOCK_PER_MS;
      const code = () =>
        untilOneDoes(() => {
          running ??= open();
          return running.coder.encode(running.picture(current), pts90k, keyframe);
        });
      return nonce === undefined ? code() : withNonce(current, size, nonce, code);
    },
    setRate(next) {
      rate = next;
      running?.coder.setRate(next);
    },
    setSize(next) {
      coded = next;
      // No coder can change its size: another is opened at the next frame, whose first is a keyframe.
      void running?.scope.close("another size");
      running = undefined;
    },
  };
}
