// Figures of a simulated run, as the tests and the ADR ask for them.

import { capacityBytes } from "../link/conditions.ts";
import type { DecisionSample, Run } from "./simulate-session.ts";

/** Capture to display, for frames captured in the span that were shown. */
export function frameDelays(run: Run, fromMs: number, toMs: number): number[] {
  return run.frames
    .filter(({ capturedAtMs, shownAtMs }) => capturedAtMs >= fromMs && capturedAtMs < toMs && shownAtMs !== undefined)
    .map(({ capturedAtMs, shownAtMs }) => shownAtMs! - capturedAtMs);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Share of what the link could carry that was shown. */
export function utilisation(run: Run, fromMs: number, toMs: number): number {
  const shownBytes = run.frames
    .filter(({ shownAtMs }) => shownAtMs !== undefined && shownAtMs >= fromMs && shownAtMs < toMs)
    .reduce((sum, { bytes }) => sum + bytes, 0);
  const { down, options } = run.scenario;
  const possible = Math.min(capacityBytes(down, fromMs, toMs), (options.maxKbps / 8) * (toMs - fromMs));
  return shownBytes / possible;
}

/** Longest time between two shown frames. */
export function longestFreezeMs(run: Run, fromMs: number, toMs: number): number {
  const shown = run.frames
    .flatMap(({ shownAtMs }) => (shownAtMs === undefined ? [] : [shownAtMs]))
    .filter((atMs) => atMs >= fromMs && atMs < toMs);
  return Math.max(0, ...shown.slice(1).map((atMs, index) => atMs - shown[index]!));
}

export function decisionAt(run: Run, atMs: number): DecisionSample {
  return run.decisions.findLast((sample) => sample.atMs <= atMs) ?? run.decisions[0]!;
}

/** Targets in the span, one every 50 ms, so that long-lasting ones count more. */
export function bitrates(run: Run, fromMs: number, toMs: number): number[] {
  const kbps: number[] = [];
  for (let atMs = fromMs; atMs < toMs; atMs += 50) kbps.push(decisionAt(run, atMs).bitrateKbps);
  return kbps;
}

/** How often the target turned from rising to falling by more than `share`. */
export function reversals(run: Run, fromMs: number, toMs: number, share: number): number {
  let peak = -Infinity;
  let trough = Infinity;
  let falling = false;
  let count = 0;
  for (const kbps of bitrates(run, fromMs, toMs)) {
    peak = Math.max(peak, kbps);
    trough = Math.min(trough, kbps);
    if (!falling && kbps < peak * (1 - share)) {
      falling = true;
      count += 1;
      trough = kbps;
    } else if (falling && kbps > trough * (1 + share)) {
      falling = false;
      peak = kbps;
    }
  }
  return count;
}
