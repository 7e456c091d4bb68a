// The figures of a running session, once a second: what the browser counts, and how
// long inputs took to be seen.

import type { Scope } from "@nearframe/shared/lifetime";
import { NodeToPlayer, type PlayerToNode } from "@nearframe/shared/protocol/session-control";
import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { createSource, type Behavior } from "../behavior.ts";
import type { LatencySummary } from "../stream/latency.ts";
import type { LatencyMeter } from "../stream/latency-meter.ts";
import type { PathPings } from "../stream/path-pings.ts";
import { makePlayerSample } from "../stream/player-sample.ts";
import type { Receiver } from "../stream/receiver.ts";
import { makeStats, readReport, type ReportSample, type StreamStats } from "../stream/stats.ts";
import type { Timers } from "../timers.ts";
import { addSecond, type History } from "./history.ts";

export type SessionFigures = {
  stats: StreamStats | undefined;
  /** Over the last ten seconds, or undefined while nothing was pressed. */
  latency: LatencySummary | undefined;
  /** What holds the picture back, as the node says. */
  limit: StreamLimit | undefined;
  /** The last minute. */
  history: History;
  /** Of this session, picture and sound. */
  usedMegabytes: number;
};

export const NO_FIGURES: SessionFigures = { stats: undefined, latency: undefined, limit: undefined, history: [], usedMegabytes: 0 };

export interface FigureTaker {
  readonly figures: Behavior<SessionFigures>;
  follow(receiver: Receiver | undefined): void;
  handleControl(text: string): void;
}

/** What a title does to a pad, as the node tells it. */
export type Rumble = Extract<NodeToPlayer, { type: "rumble" }>;

export type NodeNews = Exclude<NodeToPlayer, { type: "pong" | "limit" | "rumble" | "clipboard" }>;

const EVERY_MS = 1_000;
export const LATENCY_WINDOW_MS = 10_000;

export function createFigureTaker(
  scope: Scope,
  meter: LatencyMeter,
  pings: Pick<PathPings, "takeRoundTripMs">,
  timers: Timers,
  events: {
    onSample(sample: PlayerSample): void;
    onRumble(rumble: Rumble): void;
    onClipboard(text: string): void;
    /** What is none of these. */
    onNews(news: NodeNews): void;
  },
): FigureTaker {
  const figures = createSource(NO_FIGURES);
  let receiver: Receiver | undefined;
  let before: ReportSample | undefined;
  let stopTimer = () => {};

  async function take(): Promise<void> {
    const asked = receiver;
    if (asked) {
      const report = await asked.stats().catch(() => undefined);
      // A path that closed meanwhile has no figures any more.
      if (report && receiver === asked) {
        const sample = readReport(report.values(), timers.monotonicMs());
        const stats = makeStats(before, sample, pings.takeRoundTripMs());
        const latency = meter.summary(timers.monotonicMs() - LATENCY_WINDOW_MS);
        // What is shown is of ten seconds; what is told, of this one alone: the server adds seconds up.
        const second = meter.summary(before?.atMs ?? sample.atMs);
        const told = makePlayerSample(before, sample, stats, second);
        before = sample;
        const { limit, history, usedMegabytes } = figures.behavior.value;
        const kilobits = told && stats ? ((stats.videoKbps + stats.audioKbps) * told.durationMs) / 1_000 : 0;
        figures.set({
          stats, latency, limit,
          usedMegabytes: usedMegabytes + kilobits / 8_000,
          history: told ? addSecond(history, { atMs: sample.atMs, sample: told, latency: second }) : history,
        });
        if (told) {
          tell(asked, { type: "report", ...decoderReport(told) });
          events.onSample(told);
        }
      }
    }
    if (!scope.closed) stopTimer = timers.after(EVERY_MS, () => void take());
  }

  const tell = ({ channels }: Receiver, message: PlayerToNode) => channels.control.send(JSON.stringify(message));

  scope.own(undefined, () => stopTimer());
  void take();

  return {
    figures: figures.behavior,
    follow(next) {
      receiver = next;
      before = undefined;
    },
    handleControl(text) {
      const parsed = parseMessage(NodeToPlayer, text);
      if (!parsed.ok) return console.warn("nearframe: the node sent what no node sends:", parsed.message);
      switch (parsed.value.type) {
        case "pong":
          return; // Asked for by nobody here: this page's pings are `path-pings.ts`.
        case "limit":
          return figures.set({ ...figures.behavior.value, limit: parsed.value.limit });
        case "rumble":
          return events.onRumble(parsed.value);
        case "clipboard":
          return events.onClipboard(parsed.value.text);
        default:
          return events.onNews(parsed.value);
      }
    },
  };
}

/** What of a second the node steers by. */
function decoderReport({ framesShown, framesDropped, decodeMs = 0 }: PlayerSample) {
  const framesMax = 10_000;
  return {
    framesReceived: Math.min(framesMax, framesShown + framesDropped),
    framesDropped: Math.min(framesMax, framesDropped),
    decodeMs: Math.min(10_000, decodeMs),
  };
}
