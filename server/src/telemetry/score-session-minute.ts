// A minute of a session as it is kept: its score, and every figure that explains it.

import type { MinuteQuality } from "@nearframe/shared/api/quality";
import type { MinuteReports } from "@nearframe/shared/checking/fuse-minute";
import { isMoving, scoreMinute } from "@nearframe/shared/qoe/score-minute";
import { flagMinute, type MinuteFlag } from "./flag-minute.ts";
import { joinSeconds, type JoinedSecond } from "./join-seconds.ts";
import { MINUTE_MS } from "./limits.ts";
import { makeReports, type MinuteOwner } from "./minute-reports.ts";
import type { NodeSecond, PlayerSecond, Timed } from "./seconds.ts";
import { weightedPercentile } from "./weighted-percentile.ts";

export type MinuteRecord = {
  sessionId: string;
  nodeId: string;
  quality: MinuteQuality;
  /** For whoever judges nodes and players; not shown to either. */
  flags: MinuteFlag[];
  /** What tells whose doing it was; left out of minutes that nobody is to judge. */
  reports?: MinuteReports | undefined;
};

export type SecondsOfMinute = {
  /** Those that end in it. */
  player: readonly Timed<PlayerSecond>[];
  /** Those too, and on both sides what the player's may reach into. */
  node: readonly Timed<NodeSecond>[];
};

/** Undefined if the two ends told of too little of it together. */
export function scoreSessionMinute(
  about: { sessionId: string; nodeId: string; owner?: MinuteOwner | undefined; minute: number; beganAtMs: number },
  seconds: SecondsOfMinute,
): MinuteRecord | undefined {
  const joined = joinSeconds(seconds.player, seconds.node);
  const score = scoreMinute(joined.map(({ quality }) => quality));
  const untilMs = about.beganAtMs + MINUTE_MS;
  const nodeSeconds = seconds.node.filter(({ endMs }) => endMs >= about.beganAtMs && endMs < untilMs);
  if (score.kind === "too-short" || nodeSeconds.length === 0) return undefined;
  const { input } = score;
  const movingMs = sumOf(joined, ({ quality }) => (isMoving(quality) ? quality.durationMs : 0));
  const quality = {
    minute: about.minute,
    beganAtMs: Math.round(about.beganAtMs),
    seconds: score.seconds,
    mos: score.mos,
    band: score.band,
    movingSeconds: movingMs / 1_000,
    // Where nothing moved the model was given the best stream there is, which nobody measured.
    ...(movingMs > 0 && { fps: input.fps, receivedKbps: input.bitrateMbps * 1_000, pixels: input.pixels }),
    delayMs: input.delayMs,
    frameLossPercent: input.loss.lossPercent,
    freezeMs: score.freezeMs,
    audioGapMsMax: score.audioGapMsMax,
    ...playerFigures(joined),
    ...nodeFigures(nodeSeconds),
  };
  const { sessionId, nodeId, owner } = about;
  return { sessionId, nodeId, quality: rounded(quality), flags: flagMinute(joined), ...(owner && { reports: makeReports(owner, joined, nodeSeconds) }) };
}

function playerFigures(joined: readonly JoinedSecond[]) {
  const percentile = (share: number, of: (second: PlayerSecond) => number | undefined, weight: (second: PlayerSecond) => number = oneEach) =>
    weightedPercentile(share, joined.map(({ player }) => [of(player), weight(player)]));
  // A second in which ten inputs were timed says more than one with a single input.
  const perInput = ({ clickToPhotonCount }: PlayerSecond) => clickToPhotonCount;
  return {
    roundTripMsP50: weightedPercentile(0.5, joined.map(({ quality }) => [quality.roundTripMs, 1])) ?? 0,
    ...told("jitterBufferMsP50", percentile(0.5, ({ jitterBufferMs }) => jitterBufferMs)),
    ...told("decodeMsP50", percentile(0.5, ({ decodeMs }) => decodeMs)),
    freezes: sumOf(joined, ({ player }) => player.freezes),
    packetsLost: sumOf(joined, ({ player }) => player.packetsLost),
    clickToPhotonCount: sumOf(joined, ({ player }) => player.clickToPhotonCount),
    ...told("clickToPhotonMsP50", percentile(0.5, ({ clickToPhotonMsP50 }) => clickToPhotonMsP50, perInput)),
    ...told("clickToPhotonMsP95", percentile(0.95, ({ clickToPhotonMsP95 }) => clickToPhotonMsP95, perInput)),
  };
}

function nodeFigures(seconds: readonly NodeSecond[]) {
  const percentile = (share: number, of: (second: NodeSecond) => number | undefined, weight: (second: NodeSecond) => number = oneEach) =>
    weightedPercentile(share, seconds.map((second) => [of(second), weight(second)]));
  // A second without a new frame has no stages to tell of.
  const perFrame = ({ framesSent }: NodeSecond) => framesSent;
  const durationMs = sumOf(seconds, (second) => second.durationMs);
  const mean = (of: (second: NodeSecond) => number) => sumOf(seconds, (second) => of(second) * second.durationMs) / durationMs;
  return {
    nodeSentKbps: mean(({ sentKbps }) => sentKbps),
    nodeTargetKbps: mean(({ targetKbps }) => targetKbps),
    ...told("nodeAvailableKbps", percentile(0.5, ({ availableKbps }) => availableKbps)),
    nodeKeyframes: sumOf(seconds, ({ keyframes }) => keyframes),
    nodeCaptureWaitMsP95: percentile(0.95, ({ captureWaitMsP95 }) => captureWaitMsP95, perFrame) ?? 0,
    nodeEncodeMsP50: percentile(0.5, ({ encodeMsP50 }) => encodeMsP50, perFrame) ?? 0,
    nodeEncodeMsP95: percentile(0.95, ({ encodeMsP95 }) => encodeMsP95, perFrame) ?? 0,
    nodeSendMsP95: percentile(0.95, ({ sendMsP95 }) => sendMsP95, perFrame) ?? 0,
    ...told("nodeRoundTripMsP50", percentile(0.5, ({ roundTripMs }) => roundTripMs)),
  };
}

function told<K extends string>(name: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: number });
}

const oneEach = (): number => 1;

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

/** To thousandths: nothing here is measured more finely. */
function rounded(quality: MinuteQuality): MinuteQuality {
  const entries = Object.entries(quality).map(([name, value]) => [
    name,
    typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value,
  ]);
  return Object.fromEntries(entries) as MinuteQuality;
}
