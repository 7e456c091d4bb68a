// What both ends tell of a minute, joined to one view of it: where both measured the same
// thing, the median of what they say, weighted by how far each has been found to be right.
// Of two the one that is trusted more stands; equals meet in the middle. Pure.

import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";
import type { MinuteView } from "./attribute.ts";
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

export type ReporterWeights = { player: number; node: number };

/** A title that draws less than it may is no slow machine: one shows in what its frames wait for. */
const STRAINED_SHARE = 0.7;

export function fuseMinute(reports: MinuteReports, score: { mos: number; frameLossPercent: number }, weights: ReporterWeights): MinuteView {
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
    sentFps: strained ? node.sentFps : node.targetFps,
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
