// A simulated session through the eyes of ITU-T G.1072, minute by minute.

import { scoreMinute } from "@nearframe/shared/qoe/score-minute";
import type { QualitySample } from "@nearframe/shared/qoe/score-minute";
import type { Run } from "./simulate-session.ts";

/** Capture, encode, decode and half a display interval: what is in a frame's delay and not on the network. */
const OFF_NETWORK_MS = 5 + 3 + 8;
/** A gap in the picture up to here is a frame late, beyond it a freeze. */
const FREEZE_MS = 150;

/** Opinion scores of the run's full minutes; a shorter run, from half a minute on, counts as one. */
export function scoreRun(run: Run): number[] {
  const samples = Array.from({ length: Math.floor(run.scenario.durationMs / 1_000) }, (_, second) =>
    sampleSecond(run, second * 1_000),
  );
  const minutes: number[] = [];
  for (let from = 0; from < samples.length; from += 60) {
    const score = scoreMinute(samples.slice(from, from + 60));
    if (score.kind === "scored") minutes.push(score.mos);
  }
  return minutes;
}

function sampleSecond(run: Run, fromMs: number): QualitySample {
  const sent = run.frames.filter(({ capturedAtMs }) => capturedAtMs >= fromMs && capturedAtMs < fromMs + 1_000);
  const shown = sent.flatMap(({ capturedAtMs, shownAtMs }) => (shownAtMs === undefined ? [] : [shownAtMs - capturedAtMs]));
  const { size } = run.decisions.findLast(({ atMs }) => atMs <= fromMs + 500) ?? run.decisions[0]!;
  const meanDelayMs = shown.length > 0 ? shown.reduce((sum, ms) => sum + ms, 0) / shown.length : 0;
  return {
    durationMs: 1_000,
    receivedKbps: (sent.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / 1_000,
    width: size.width,
    height: size.height,
    framesSent: sent.length,
    framesShown: shown.length,
    roundTripMs: Math.max(0, meanDelayMs - OFF_NETWORK_MS) + run.scenario.up.delayMs,
    jitterBufferMs: 0,
    freezeMs: freezeMs(run, fromMs),
    audioGapMs: 0,
  };
}

/** Time of the second in which a picture stood for longer than a freeze takes to notice. */
function freezeMs(run: Run, fromMs: number): number {
  const shown = run.frames
    .flatMap(({ shownAtMs }) => (shownAtMs === undefined ? [] : [shownAtMs]))
    .filter((atMs) => atMs >= fromMs - 2_500 && atMs < fromMs + 1_000);
  return shown
    .slice(1)
    .map((atMs, index) => ({ atMs, gapMs: atMs - shown[index]! }))
    .filter(({ atMs, gapMs }) => atMs >= fromMs && gapMs > FREEZE_MS)
    .reduce((sum, { gapMs }) => sum + gapMs, 0);
}
