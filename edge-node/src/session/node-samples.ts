// Once a second, what the node did for one session: for the server's scores and the
// operator's eyes. Bounded: frames are counted, times kept for one second.

import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import type { FrameMark } from "../media/ports.ts";
import type { LinkReport } from "../sfu/ports.ts";

export interface NodeSamples {
  handleFrame(mark: FrameMark): void;
  /** The sample since the last call; undefined when it is too soon for one. */
  take(nowMs: number, rest: Pick<NodeSample, "targetKbps" | "targetFps"> & { availableKbps: number | undefined; link: LinkReport | undefined }): NodeSample | undefined;
}

const DURATION_MS_MIN = 100;
const DURATION_MS_MAX = 10_000;
const MS_MAX = 60_000;
/** A title can't draw faster than it is taken; this is room for 240 Hz over a long second. */
const MARKS_KEPT_MAX = 2_400;

export function createNodeSamples(nowMs: number): NodeSamples {
  let sinceMs = nowMs;
  let marks: FrameMark[] = [];
  return {
    handleFrame(mark) {
      if (marks.length < MARKS_KEPT_MAX) marks.push(mark);
    },
    take(nowMs, { availableKbps, link, ...target }) {
      const durationMs = nowMs - sinceMs;
      if (durationMs < DURATION_MS_MIN) return undefined;
      const taken = marks;
      marks = [];
      sinceMs = nowMs;
      // A repeat is the same pixels again, long after they were taken: it has no stages.
      const drawn = taken.filter(({ changed }) => changed);
      const p = (share: number, of: (mark: FrameMark) => number) => percentile(drawn.map(of), share);
      return {
        durationMs: Math.min(durationMs, DURATION_MS_MAX),
        framesSent: drawn.length,
        framesRepeated: taken.length - drawn.length,
        keyframes: taken.filter(({ keyframe }) => keyframe).length,
        sentKbps: (taken.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0) * 8) / durationMs,
        ...target,
        captureWaitMsP95: p(0.95, ({ capturedAtMs, damagedAtMs }) => capturedAtMs - damagedAtMs),
        encodeMsP50: p(0.5, ({ encodedAtMs, capturedAtMs }) => encodedAtMs - capturedAtMs),
        encodeMsP95: p(0.95, ({ encodedAtMs, capturedAtMs }) => encodedAtMs - capturedAtMs),
        sendMsP95: p(0.95, ({ sentAtMs, encodedAtMs }) => sentAtMs - encodedAtMs),
        ...(availableKbps === undefined ? {} : { availableKbps }),
        ...(link ? { roundTripMs: Math.min(MS_MAX, link.roundTripMs), lossShare: link.lossShare } : {}),
      };
    },
  };
}

/** Nearest rank, 0 where there is nothing. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.min(MS_MAX, Math.max(0, sorted[Math.ceil(sorted.length * share) - 1] ?? 0));
}
