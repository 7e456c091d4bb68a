// The last minute as bars to draw: one a second, made of the stages of an input's way,
// with what went wrong in that second. Pure; `views/play/draw-latency.ts` paints it.

import { LATENCY_STAGES, type LatencyStage } from "../stream/latency.ts";
import { HISTORY_MS, type History } from "./history.ts";

export { LATENCY_STAGES, type LatencyStage } from "../stream/latency.ts";

/** Two ends and what is between them: the way in blue, the machine in the signal's colour, this device in green. */
export const STAGE_COLORS: Readonly<Record<LatencyStage, string>> = {
  uplinkMs: "#3d8bfd",
  drawMs: "#ff5a36",
  captureMs: "#ff7d52",
  encodeMs: "#ffa06b",
  sendMs: "#ffc48f",
  networkMs: "#79b4ff",
  bufferMs: "#2f9e6b",
  decodeMs: "#57c98c",
  presentMs: "#a5e8c2",
};

export type LatencyBar = {
  /** Right edge, as a share of the graph's width: 1 is now. */
  at: number;
  /** From the bottom up, in milliseconds; empty where nothing was pressed. */
  parts: readonly { stage: LatencyStage; ms: number }[];
  p50Ms: number | undefined;
  p95Ms: number | undefined;
  framesDropped: number;
  freezes: number;
};

export type LatencyBars = {
  bars: readonly LatencyBar[];
  /** Width of a second, as a share of the graph's. */
  width: number;
  /** Top of the graph. */
  topMs: number;
};

/** A scale that jumps with every slow input can't be read: it has these steps. */
const TOPS_MS = [40, 80, 160, 320, 640, 1_280, 2_560] as const;

export function makeLatencyBars(history: History, nowMs: number): LatencyBars {
  const bars = history.map(({ atMs, sample, latency }): LatencyBar => {
    const known = LATENCY_STAGES.flatMap((stage) => {
      const ms = latency?.stages[stage];
      return ms === undefined ? [] : [{ stage, ms }];
    });
    return {
      at: 1 - (nowMs - atMs) / HISTORY_MS,
      parts: fit(known, latency?.p50Ms),
      p50Ms: latency?.p50Ms,
      p95Ms: latency?.p95Ms,
      framesDropped: sample.framesDropped,
      freezes: sample.freezes,
    };
  });
  const highestMs = Math.max(0, ...bars.map(({ p95Ms }) => p95Ms ?? 0));
  return {
    bars: bars.filter(({ at }) => at > 0 && at <= 1.02),
    width: 1_000 / HISTORY_MS,
    topMs: TOPS_MS.find((top) => top >= highestMs) ?? TOPS_MS[TOPS_MS.length - 1] ?? highestMs,
  };
}

/** Medians of stages don't add up to the median of the whole; the bar is as high as that, in their proportions. */
function fit(parts: LatencyBar["parts"], wholeMs: number | undefined): LatencyBar["parts"] {
  const sumMs = parts.reduce((sum, { ms }) => sum + ms, 0);
  if (wholeMs === undefined || sumMs === 0) return parts;
  return parts.map(({ stage, ms }) => ({ stage, ms: (ms * wholeMs) / sumMs }));
}
