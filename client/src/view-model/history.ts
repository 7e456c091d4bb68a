// The last minute of a session, second by second, for whoever draws it or judges the
// network by it. Pure.

import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { scoreMinute, type QualityBand } from "@nearframe/shared/qoe/score-minute";
import type { LatencySummary } from "../stream/latency.ts";

export type Second = {
  /** End of the second, on the page's clock. */
  atMs: number;
  sample: PlayerSample;
  /** Inputs seen in this second, or undefined where nothing was pressed. */
  latency: LatencySummary | undefined;
};
export type History = readonly Second[];

export const HISTORY_MS = 60_000;
/** A page that was throttled may tell more often than once a second, for a while. */
const SECONDS_KEPT_MAX = 120;

export function addSecond(history: History, second: Second): History {
  const sinceMs = second.atMs - HISTORY_MS;
  return [...history.filter(({ atMs }) => atMs > sinceMs), second].slice(-SECONDS_KEPT_MAX);
}

export type Quality = { mos: number; band: QualityBand };

/**
 * How the last minute felt, as the server will score it, but for what only the node
 * knows: every frame that arrived counts as one that was sent. Undefined for the first half minute.
 */
export function qualityOf(history: History): Quality | undefined {
  const score = scoreMinute(
    history.map(({ sample }) => ({
      durationMs: sample.durationMs,
      receivedKbps: sample.receivedKbps,
      width: sample.width,
      height: sample.height,
      framesSent: sample.framesShown + sample.framesDropped,
      framesShown: sample.framesShown,
      roundTripMs: sample.roundTripMs ?? 0,
      jitterBufferMs: sample.jitterBufferMs ?? 0,
      freezeMs: sample.freezeMs,
      audioGapMs: sample.audioGapMs,
    })),
  );
  return score.kind === "scored" ? { mos: score.mos, band: score.band } : undefined;
}
