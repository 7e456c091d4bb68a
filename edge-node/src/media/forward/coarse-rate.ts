// How often a source that codes by itself is told another rate. Pure.
//
// It can be told only by starting its encoder anew, which costs it some hundred milliseconds
// of work and everybody a keyframe. So the rate controller's fine decisions become steps:
// down soon, up only after the link has shown for a while that it carries more.

import type { VideoTarget } from "../ports.ts";

/** Neighbouring rates differ by this. */
const STEP = Math.SQRT2;
export const DOWN_INTERVAL_MS = 2_000;
export const UP_AFTER_MS = 10_000;

export type CodedRate = Pick<VideoTarget, "bitrateKbps" | "size">;

export type CoarseRate = {
  maxKbps: number;
  inUse: CodedRate;
  changedAtMs: number;
  wanted: CodedRate;
  /** Since when it has been wanted higher than it is, without a break. */
  higherSinceMs: number | undefined;
};

export function startCoarseRate(first: CodedRate, maxKbps: number, nowMs: number): CoarseRate {
  const inUse = { ...first, bitrateKbps: stepBelow(first.bitrateKbps, maxKbps) };
  return { maxKbps, inUse, wanted: inUse, changedAtMs: nowMs - DOWN_INTERVAL_MS, higherSinceMs: undefined };
}

export function wantRate(state: CoarseRate, target: VideoTarget, nowMs: number): CoarseRate {
  const wanted: CodedRate = {
    bitrateKbps: stepBelow(target.bitrateKbps, state.maxKbps),
    ...(target.size && { size: target.size }),
  };
  const higher = wanted.bitrateKbps > state.inUse.bitrateKbps;
  return { ...state, wanted, higherSinceMs: higher ? (state.higherSinceMs ?? nowMs) : undefined };
}

/** When `changeRate` is to be asked next; undefined while nothing else is wanted. */
export function changeDueAtMs({ inUse, wanted, changedAtMs, higherSinceMs }: CoarseRate): number | undefined {
  if (wanted.bitrateKbps === inUse.bitrateKbps) return undefined;
  if (higherSinceMs === undefined) return changedAtMs + DOWN_INTERVAL_MS;
  return Math.max(changedAtMs, higherSinceMs) + UP_AFTER_MS;
}

/** The rate to start anew with, where it is time. */
export function changeRate(state: CoarseRate, nowMs: number): [CoarseRate, CodedRate | undefined] {
  const dueAtMs = changeDueAtMs(state);
  if (dueAtMs === undefined || nowMs < dueAtMs) return [state, undefined];
  return [{ ...state, inUse: state.wanted, changedAtMs: nowMs, higherSinceMs: undefined }, state.wanted];
}

/** The highest step that is not above it: the most, divided by STEP as often as need be. */
function stepBelow(kbps: number, maxKbps: number): number {
  // A hair's breadth of rounding is no step.
  const steps = Math.max(0, Math.ceil(Math.log(maxKbps / kbps) / Math.log(STEP) - 1e-6));
  return Math.round(maxKbps / STEP ** steps);
}
