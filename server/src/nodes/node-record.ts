// A node as every server process knows it: what its home writes to the cluster's `nodes`
// bucket when something changes, and what placement chooses from.

import { EncoderReports } from "@nearframe/shared/media/encoder-reports";
import { NodeHardware } from "@nearframe/shared/node/inventory";
import { NODE_STATES, SCHEDULABLE_STATES } from "@nearframe/shared/node/node-states";
import { Id } from "@nearframe/shared/protocol/media";
import { VIDEO_CODECS, type VideoCodec } from "@nearframe/shared/media/video-codecs";
import { RUNTIMES, type Runtime } from "@nearframe/shared/title/manifest";
import * as z from "zod/mini";

const Share = z.number().check(z.gte(0), z.lte(1));
const Count = z.int().check(z.gte(0));

export const NodeLocation = z.object({
  latitude: z.number().check(z.gte(-90), z.lte(90)),
  longitude: z.number().check(z.gte(-180), z.lte(180)),
  /** It is somewhere within this distance. */
  accuracyKm: z.number().check(z.gte(0)),
  /** ISO 3166-1 alpha-2, upper case. */
  country: z.string(),
  /** Such as a state or province; empty where it is not known. */
  region: z.string(),
});
export type NodeLocation = z.infer<typeof NodeLocation>;

/** How its sessions went, over its whole life as far as the store goes back. */
export const HostRecord = z.object({
  sessionsEnded: Count,
  /** Ended for a reason that its host bears (shared/src/session/end-reasons.ts). */
  sessionsFailedByHost: Count,
  sessionsLast7Days: Count,
  /** Of the last 30 days, or since it was first seen, the share in which it was linked. */
  uptimeShare: Share,
  mosMean: z.optional(z.number()),
  captureEncodeMs: z.optional(z.number()),
  /** What checkers and players' minutes have shown (docs/checking.md); left out where nobody checks. */
  checked: z.optional(z.object({
    performance: Share, honesty: Share,
    /** Which codecs checkers saw it play, and which of those that it claims not; left out where none was asked for yet. */
    codecs: z.optional(z.object({ shown: z.array(z.enum(VIDEO_CODECS)), failed: z.array(z.enum(VIDEO_CODECS)) })),
  })),
});
export type HostRecord = z.infer<typeof HostRecord>;

export const NEW_HOST_RECORD: HostRecord = { sessionsEnded: 0, sessionsFailedByHost: 0, sessionsLast7Days: 0, uptimeShare: 1 };

/** Read leniently: in a cluster that is being updated, others may write fields that this version lacks. */
export const NodeRecord = z.object({
  /** A hash of its public key (shared/src/node/identity.ts). */
  nodeId: Id,
  /** Ed25519, 32 bytes as base64url. */
  publicKey: z.string(),
  name: z.string(),
  operatorId: z.optional(Id),
  state: z.enum(NODE_STATES),
  /** What the server's operator wants of it, which holds wherever it registers. */
  orders: z.optional(
    z.discriminatedUnion("type", [
      z.object({ type: z.literal("keep-out"), reason: z.string() }),
      z.object({ type: z.literal("drain") }),
    ]),
  ),
  /** The process that holds its socket, or held it last. */
  homeServerId: z.string(),
  /** As its home sees it: the public address of its network. */
  address: z.string(),
  location: z.optional(NodeLocation),
  runtimes: z.array(z.enum(RUNTIMES)),
  /** Those of its devices, while each of them is played or made ready again. */
  busyRuntimes: z.optional(z.array(z.enum(RUNTIMES))),
  titleIds: z.array(Id),
  /** Of which a started copy waits there for the next player. */
  warmTitleIds: z.optional(z.array(Id)),
  canFetch: z.boolean(),
  /** Its graphics cards take no more titles now. */
  cardsFull: z.optional(z.boolean()),
  hardware: NodeHardware,
  encoders: EncoderReports,
  uplinkKbps: z.optional(z.number()),
  slots: Count,
  slotsFree: Count,
  feePerHourMicros: Count,
  record: HostRecord,
  /** Round trips that the node measured to the network's common probe points. */
  rttVector: z.record(z.string(), z.number()),
  /** It showed the operator's node token. */
  trusted: z.boolean(),
});
export type NodeRecord = z.infer<typeof NodeRecord>;

/** What runs on devices beside the node is among its runtimes while one of them is free. */
export const DEVICE_RUNTIMES: readonly Runtime[] = ["android"];

export const claimedCodecs = ({ encoders }: Pick<NodeRecord, "encoders">): VideoCodec[] => VIDEO_CODECS.filter((codec) => encoders.some((encoder) => encoder.opened && encoder.codec === codec));

/** Whether it may be given a session now. */
export function isSchedulable(record: Pick<NodeRecord, "state" | "slotsFree">): boolean {
  return record.slotsFree > 0 && SCHEDULABLE_STATES.has(record.state);
}

/** Those that it claims and that a session was not seen in: of the operator's own nodes what failed, of others all that was not shown. */
export function unplayedCodecs(record: Pick<NodeRecord, "encoders" | "trusted" | "record">): VideoCodec[] {
  const known = record.record.checked?.codecs;
  if (!known) return [];
  return claimedCodecs(record).filter((codec) => (record.trusted ? known.failed.includes(codec) : !known.shown.includes(codec)));
}
