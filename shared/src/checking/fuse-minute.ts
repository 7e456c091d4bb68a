// What both ends tell of a minute, joined to one view of it: where both measured the same
// thing, the median of what they say, weighted by how far each has been found to be right.
// Of two the one that is trusted more stands; equals meet in the middle.
//
// A checker that played on the node at that time is a third source, of what it can know: how
// many pictures the node makes. Loss and delay are of a path, and its path is another one; what
// it saw of its own is said of the node's line with what other players saw (`attribute.ts`). Pure.

import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";
import type { MinuteView } from "./attribute.ts";
import { LIMITS } from "./criteria.ts";
import { weightedMedian } from "./weighted-median.ts";

const Ms = z.number().check(z.gte(0));
const Share = z.number().check(z.gte(0), z.lte(1));
const Count = z.number().check(z.gte(0));

/** What a minute is judged by, as its two ends told it. */
export const MinuteReports = z.object({
  playerId: Id,
  /** Of the player: a /16 of IPv4, a /32 of IPv6, or "unknown". */
  networkId: z.string(),
  /** A checker's play: judged by its own report, and nobody's minute. */
  check: z.boolean(),
  player: z.object({
    lossShare: Share,
    roundTripMsP95: z.optional(Ms),
    roundTripMsLeast: z.optional(Ms),
    decodeMsP95: z.optional(Ms),
    framesShown: Count,
    framesDropped: Count,
    freezeMs: Ms,
    /** While the title moved; left out by servers older than this. */
    shownFps: z.optional(Count),
  }),
  node: z.object({
    targetFps: Count,
    /** While the title moved. */
    sentFps: Count,
    captureWaitMsP95: Ms,
    encodeMsP95: Ms,
    lossShare: z.optional(Share),
    roundTripMsP95: z.optional(Ms),
    availableKbps: z.optional(Count),
    /** What a picture of this size and rate takes at least. */
    neededKbps: Count,
  }),
});
export type MinuteReports = z.infer<typeof MinuteReports>;

/** What a checker saw on the node at that time: the share of the pictures that its title draws, and the loss on its own path. */
export type CheckerWord = { fpsShare: number; lossShare: number; weight: number };

export type ReporterWeights = { player: number; node: number };

/** A title that draws less than it may is no slow machine: one shows in what its frames wait for. */
const STRAINED_SHARE = 0.7;

export function fuseMinute(reports: MinuteReports, score: { mos: number; frameLossPercent: number }, weights: ReporterWeights, checkers: readonly CheckerWord[] = []): MinuteView {
  const { player, node } = reports;
  const frameMs = 1_000 / Math.max(1, node.targetFps);
  const strained = node.encodeMsP95 > STRAINED_SHARE * frameMs || node.captureWaitMsP95 > frameMs;
  const fused = (ofPlayer: number | undefined, ofNode: number | undefined) =>
    weightedMedian([
      ...(ofPlayer === undefined ? [] : [{ value: ofPlayer, weight: weights.player }]),
      ...(ofNode === undefined ? [] : [{ value: ofNode, weight: weights.node }]),
    ]);
  const roundTripMsP95 = fused(player.roundTripMsP95, node.roundTripMsP95) ?? 0;
  return {
    mos: score.mos,
    targetFps: node.targetFps,
    sentFps: fuseFps(reports, strained ? node.sentFps : node.targetFps, weights, checkers),
    encodeMsP95: node.encodeMsP95,
    heldByLink: node.availableKbps !== undefined && node.availableKbps < node.neededKbps,
    frameLossPercent: score.frameLossPercent,
    packetLossShare: fused(player.lossShare, node.lossShare) ?? 0,
    roundTripMsP95,
    roundTripMsBase: Math.min(roundTripMsP95, player.roundTripMsLeast ?? roundTripMsP95),
    // What a device says of itself nobody else can see.
    decodeMsP95: player.decodeMsP95 ?? 0,
    framesDroppedByDevice: player.framesDropped,
    framesReceived: player.framesShown + player.framesDropped,
    freezeMs: player.freezeMs,
  };
}

/**
 * A player can't tell a slow machine from a title that draws little, and a node's own figures hide what it likes. A
 * checker's title is known to move: with its word beside them the three are joined. A lossy path says nothing of the machine.
 */
function fuseFps({ player, node }: MinuteReports, byNode: number, weights: ReporterWeights, checkers: readonly CheckerWord[]): number {
  const seen = checkers.filter(({ lossShare }) => lossShare <= LIMITS.pathLossShare).map(({ fpsShare, weight }) => ({ value: fpsShare * node.targetFps, weight }));
  if (seen.length === 0) return byNode;
  const byPlayer = player.shownFps !== undefined && player.lossShare <= LIMITS.pathLossShare ? [{ value: player.shownFps, weight: weights.player }] : [];
  return weightedMedian([{ value: byNode, weight: weights.node }, ...byPlayer, ...seen]) ?? byNode;
}
