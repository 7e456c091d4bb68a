// A second of play as the server is told it. Pure: two reports in, one sample out.

import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import type { LatencySummary } from "./latency.ts";
import { growth, type ReportSample, type StreamStats } from "./stats.ts";

const DURATION_MS_MIN = 100;
const DURATION_MS_MAX = 10_000;
const MS_MAX = 60_000;
const COUNT_MAX = 1_000_000;
const AUDIO_SAMPLES_PER_MS = 48;

/** Undefined for an interval too short to say anything of, or before there is a picture. */
export function makePlayerSample(
  before: ReportSample | undefined,
  now: ReportSample,
  stats: StreamStats | undefined,
  latency: LatencySummary | undefined,
): PlayerSample | undefined {
  const durationMs = now.atMs - (before?.atMs ?? now.atMs);
  if (!before || !stats || durationMs < DURATION_MS_MIN) return undefined;
  const grown = (of: "video" | "audio", key: string) => growth(before, now, key, of);
  const dropped = count(grown("video", "framesDropped"));
  return {
    durationMs: Math.min(durationMs, DURATION_MS_MAX),
    width: stats.width,
    height: stats.height,
    framesShown: Math.max(0, count(grown("video", "framesDecoded")) - dropped),
    framesDropped: dropped,
    receivedKbps: stats.videoKbps + stats.audioKbps,
    packetsLost: count(grown("video", "packetsLost")),
    lossShare: Math.min(1, stats.lossShare),
    ...optionalMs("roundTripMs", stats.roundTripMs),
    ...optionalMs("jitterBufferMs", stats.jitterBufferMs),
    ...optionalMs("decodeMs", stats.decodeMs),
    freezes: count(grown("video", "freezeCount")),
    freezeMs: bounded(grown("video", "totalFreezesDuration") * 1000),
    // Browsers count what they made up, not how long each piece was: all of it in one is the worst it can have been.
    audioGapMs: bounded(
      (grown("audio", "concealedSamples") - grown("audio", "silentConcealedSamples")) / AUDIO_SAMPLES_PER_MS,
    ),
    ...(latency
      ? {
          clickToPhoton: {
            count: count(latency.count), p50Ms: bounded(latency.p50Ms), p95Ms: bounded(latency.p95Ms), p99Ms: bounded(latency.p99Ms),
          },
        }
      : {}),
  };
}

const count = (value: number) => Math.min(COUNT_MAX, Math.round(value));
const bounded = (ms: number) => Math.min(MS_MAX, Math.max(0, ms));
const optionalMs = <K extends string>(key: K, ms: number | undefined) =>
  (ms === undefined ? {} : { [key]: bounded(ms) }) as Partial<Record<K, number>>;
