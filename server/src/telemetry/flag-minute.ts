// What in a minute's telemetry can't all be true. Said, not judged: a flag names
// a contradiction between the two ends, not who made it, and changes no score.

import type { JoinedSecond } from "./join-seconds.ts";
import { weightedPercentile } from "./weighted-percentile.ts";

export const MINUTE_FLAGS = [
  /** The player showed more frames than the node says it sent. */
  "shown-over-sent",
  /** More of the video arrived than was sent. */
  "received-over-sent",
  /** The picture stood longer than the minute was. */
  "frozen-over-time",
  /** The two ends measured very different round trips on one path. */
  "round-trips-apart",
] as const;
export type MinuteFlag = (typeof MINUTE_FLAGS)[number];

/** Frames in flight at either end of the minute, at 120 Hz and 400 ms. */
const FRAMES_SLACK = 50;
/** Resent packets and padding. */
const KBPS_SLACK_SHARE = 0.25;
const KBPS_SLACK = 100;
/** A freeze is told when it ends, so it may have begun in the minute before. */
const FREEZE_SLACK_MS = 10_000;
/** The player's comes from ICE checks, the node's from RTCP: they differ by scheduling, not by distance. */
const ROUND_TRIP_SLACK_MS = 50;

export function flagMinute(seconds: readonly JoinedSecond[]): MinuteFlag[] {
  const sum = (of: (second: JoinedSecond) => number) => seconds.reduce((total, second) => total + of(second), 0);
  const durationMs = sum(({ quality }) => quality.durationMs);
  const receivedKbits = sum(({ player }) => (player.receivedKbps * player.durationMs) / 1_000);
  const sentKbits = sum(({ sentKbps, player }) => (sentKbps * player.durationMs) / 1_000);
  const playerRoundTripMs = median(seconds, ({ player }) => player.roundTripMs);
  const nodeRoundTripMs = median(seconds, ({ nodeRoundTripMs }) => nodeRoundTripMs);
  const contradictions: Record<MinuteFlag, boolean> = {
    "shown-over-sent": sum(({ framesShown }) => framesShown) > sum(({ framesSent }) => framesSent) + FRAMES_SLACK,
    "received-over-sent": receivedKbits > sentKbits * (1 + KBPS_SLACK_SHARE) + (KBPS_SLACK * durationMs) / 1_000,
    "frozen-over-time": sum(({ quality }) => quality.freezeMs) > durationMs + FREEZE_SLACK_MS,
    "round-trips-apart":
      playerRoundTripMs !== undefined &&
      nodeRoundTripMs !== undefined &&
      Math.abs(playerRoundTripMs - nodeRoundTripMs) >
        ROUND_TRIP_SLACK_MS + Math.min(playerRoundTripMs, nodeRoundTripMs),
  };
  return MINUTE_FLAGS.filter((flag) => contradictions[flag]);
}

function median(seconds: readonly JoinedSecond[], of: (second: JoinedSecond) => number | undefined): number | undefined {
  return weightedPercentile(0.5, seconds.map((second) => [of(second), 1]));
}
