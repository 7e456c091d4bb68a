// Tries one encoder at one size: does it give each frame at once, keyframes when asked
// for and only then, and how long does a frame take?

import type { EncoderSpeed } from "@nearframe/shared/media/encoder-reports";
import type { Pixels } from "../../capture/ports.ts";
import type { VideoEncoder } from "../ports.ts";

const FRAMES = 30;
/** The first few fill caches and wake threads. */
const WARM_UP_FRAMES = 3;
const KEYFRAME_AT = 15;
/** A slow encoder has been seen to be slow after this long, and this many frames. */
const TIME_MS_MAX = 500;
const FRAMES_MIN = KEYFRAME_AT + 3;

const FPS = 60;
const CLOCK_RATE = 90_000;

export const TRIAL_FRAMES = WARM_UP_FRAMES + FRAMES;

/** Throws with a sentence where the encoder does not do what an encoder must. */
export function measureEncoder(encoder: VideoEncoder, picture: (index: number) => Pixels, nowMs: () => number): EncoderSpeed {
  const startedAtMs = nowMs();
  const frameMs: number[] = [];
  for (let index = 0; index < TRIAL_FRAMES; index++) {
    const keyframe = index === KEYFRAME_AT;
    const frameStartedAtMs = nowMs();
    encoder.load(picture(index));
    const unit = encoder.encode((index * CLOCK_RATE) / FPS, { keyframe });
    if (index >= WARM_UP_FRAMES) frameMs.push(nowMs() - frameStartedAtMs);
    if (unit.data.length === 0) throw new Error("It gave an empty frame.");
    if (unit.keyframe !== (keyframe || index === 0)) {
      throw new Error(keyframe ? "It gave no keyframe when asked for one." : "It gives keyframes that nobody asked for.");
    }
    if (index >= FRAMES_MIN && nowMs() - startedAtMs > TIME_MS_MAX) break;
  }
  return speedOf(frameMs);
}

export function speedOf(frameMs: readonly number[]): EncoderSpeed {
  const sorted = frameMs.toSorted((a, b) => a - b);
  const percentile = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  const [p50, p95] = [percentile(0.5), percentile(0.95)];
  const tenths = (ms: number) => Math.round(ms * 10) / 10;
  return { frameMsP50: tenths(p50), frameMsP95: tenths(p95), fpsMax: Math.floor(1000 / Math.max(p95, 0.1)) };
}
