// How fast a title really draws. Frames come on change, so an encoder that
// was told 60 a second and gets 35 would spend only 35/60 of its bits.

/** Longer gaps are pauses, not a slow title; they say nothing about the rate of the next motion. */
const PAUSE_MS = 100;
/** A title that speeds up would overshoot its budget: believe that quickly, and a slowdown slowly. */
const FASTER_WEIGHT = 0.3;
const SLOWER_WEIGHT = 0.05;

export type FrameRate = { intervalMs: number; lastAtMs: number | undefined };

export const startFrameRate = (fps: number): FrameRate => ({ intervalMs: 1000 / fps, lastAtMs: undefined });

export function measureFrame(rate: FrameRate, atMs: number): FrameRate {
  if (rate.lastAtMs === undefined) return { ...rate, lastAtMs: atMs };
  const gapMs = atMs - rate.lastAtMs;
  if (gapMs > PAUSE_MS) return { ...rate, lastAtMs: atMs };
  const weight = gapMs < rate.intervalMs ? FASTER_WEIGHT : SLOWER_WEIGHT;
  return { intervalMs: rate.intervalMs + (gapMs - rate.intervalMs) * weight, lastAtMs: atMs };
}

/** Frames a second, never above what the pacer lets through. */
export function measuredFps(rate: FrameRate, fpsMax: number): number {
  return Math.min(fpsMax, 1000 / rate.intervalMs);
}
