// The player's seconds, each with what the node sent meanwhile.
//
// The two ends take their samples each at its own moments, so the node's are cut
// to the player's: of a node's second that lies half within the player's, half
// of its frames count. Over a minute that loses none and counts none twice.
//
// A second counts only if both ends told of it: neither makes a score alone.

import type { QualitySample } from "@nearframe/shared/qoe/score-minute";
import type { NodeSecond, PlayerSecond, Timed } from "./seconds.ts";

export type JoinedSecond = {
  quality: QualitySample;
  /** As told; those in `quality` are without repeats of an unchanged picture. */
  framesShown: number;
  framesSent: number;
  sentKbps: number;
  player: PlayerSecond;
  nodeRoundTripMs: number | undefined;
};

/** The node must have told of so much of the player's second. */
const COVERAGE_MIN = 0.5;

/** Both in order of time, and neither overlapping itself. */
export function joinSeconds(
  playerSeconds: readonly Timed<PlayerSecond>[],
  nodeSeconds: readonly Timed<NodeSecond>[],
): JoinedSecond[] {
  const joined: JoinedSecond[] = [];
  let first = 0;
  for (const player of playerSeconds) {
    const startMs = player.endMs - player.durationMs;
    while (first < nodeSeconds.length && (nodeSeconds[first]?.endMs ?? 0) <= startMs) first++;
    const second = joinOne(player, nodeDuring(startMs, player.endMs, nodeSeconds, first));
    if (second) joined.push(second);
  }
  return joined;
}

type NodeDuring = Pick<NodeSecond, "framesSent" | "framesRepeated" | "roundTripMs"> & { coveredMs: number; sentKbits: number };

function nodeDuring(startMs: number, endMs: number, seconds: readonly Timed<NodeSecond>[], first: number): NodeDuring {
  const sum: NodeDuring = { coveredMs: 0, framesSent: 0, framesRepeated: 0, sentKbits: 0, roundTripMs: undefined };
  for (let index = first; index < seconds.length; index++) {
    const node = seconds[index];
    if (!node || node.endMs - node.durationMs >= endMs) break;
    const overlapMs = Math.min(endMs, node.endMs) - Math.max(startMs, node.endMs - node.durationMs);
    const share = overlapMs / node.durationMs;
    sum.coveredMs += overlapMs;
    sum.framesSent += node.framesSent * share;
    sum.framesRepeated += node.framesRepeated * share;
    sum.sentKbits += (node.sentKbps * overlapMs) / 1_000;
    sum.roundTripMs = node.roundTripMs ?? sum.roundTripMs;
  }
  return sum;
}

function joinOne(player: Timed<PlayerSecond>, node: NodeDuring): JoinedSecond | undefined {
  const { durationMs } = player;
  const coverage = node.coveredMs / durationMs;
  const roundTripMs = player.roundTripMs ?? node.roundTripMs;
  // Without a round trip, as before the first report of the link, there is no delay to score.
  if (coverage < COVERAGE_MIN || roundTripMs === undefined) return undefined;
  const framesChanged = node.framesSent / coverage;
  const framesSent = framesChanged + node.framesRepeated / coverage;
  return {
    quality: {
      durationMs,
      receivedKbps: player.receivedKbps,
      width: player.width,
      height: player.height,
      framesSent: framesChanged,
      // The player can't tell a repeat from a change, but it shows and loses both alike.
      framesShown: framesSent > 0 ? player.framesShown * (framesChanged / framesSent) : 0,
      roundTripMs,
      // No frame left the buffer in this second, so none waited in it; a freeze is counted as one.
      jitterBufferMs: player.jitterBufferMs ?? 0,
      freezeMs: player.freezeMs,
      audioGapMs: player.audioGapMs,
    },
    framesShown: player.framesShown,
    framesSent,
    sentKbps: (node.sentKbits * 1_000) / node.coveredMs,
    player,
    nodeRoundTripMs: node.roundTripMs,
  };
}
