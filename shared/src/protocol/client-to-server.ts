// What a player says to the server. One schema a message; unknown fields are refused.

import * as z from "zod/mini";
import { FRIENDS_FROM_CLIENT } from "../friends/messages.ts";
import { ProbeResult, ProbeSignature } from "../probe/probe-result.ts";
import { RttVector } from "../probe/rtt-vector.ts";
import { PlayerSample } from "../telemetry/samples.ts";
import { Device } from "./device.ts";
import { Epoch, Id, SignalCall } from "./media.ts";

export { Device } from "./device.ts";

const Token = z.string().check(z.maxLength(2048));

/** An IANA name, "Europe/Berlin". */
const TimeZone = z.string().check(z.maxLength(64), z.regex(/^[A-Za-z0-9_+/-]+$/));

/** What counts most where several nodes could serve a player. */
export const PLACEMENT_POLICIES = ["lowest-fee", "best-experience", "overall"] as const;
export type PlacementPolicy = (typeof PLACEMENT_POLICIES)[number];

export const ClientToServer = z.discriminatedUnion("type", [
  /** First message on every socket. Without a token the server makes a guest. */
  z.strictObject({
    type: z.literal("hello"),
    protocol: z.int(),
    token: z.optional(Token),
    /**
     * The same for each page that one browser tab shows, so that a reloaded page is known as the one
     * whose socket still looks alive, and is not taken for another device.
     */
    tabId: z.optional(Id),
    timeZone: z.optional(TimeZone),
  }),
  z.strictObject({
    type: z.literal("session.request"),
    requestId: Id,
    titleId: Id,
    device: Device,
    policy: z.optional(z.enum(PLACEMENT_POLICIES)),
  }),
  /**
   * Take up a session of this player's; answered as `session.request` is. One that another tab or
   * device plays right now is refused as `PLAYED_ELSEWHERE`, unless `takeOver` says that it is meant.
   */
  z.strictObject({
    type: z.literal("session.resume"),
    requestId: Id,
    sessionId: Id,
    device: Device,
    takeOver: z.optional(z.boolean()),
  }),
  /** To the node that made the offer of this epoch; answered by `session.signal.reply` with the same `callId`. */
  z.strictObject({ type: z.literal("session.signal"), sessionId: Id, epoch: Epoch, callId: z.int(), signal: SignalCall }),
  /** What probing a candidate showed; `receipt` is the node's signature over what the two exchanged. */
  z.strictObject({
    type: z.literal("session.probed"),
    sessionId: Id,
    epoch: Epoch,
    result: ProbeResult,
    receipt: ProbeSignature,
  }),
  /** No media for about a second while the page is visible: the node may be lost, before its own link says so. */
  z.strictObject({ type: z.literal("session.stalled"), sessionId: Id }),
  /** The media path is up. */
  z.strictObject({ type: z.literal("session.connected"), sessionId: Id }),
  /** The first frame is on the player's screen, `elapsedMs` after the tap. */
  z.strictObject({
    type: z.literal("session.first-frame"),
    sessionId: Id,
    elapsedMs: z.number().check(z.gte(0), z.lte(600_000)),
  }),
  /** No media path could be made, or it died and did not come back. */
  z.strictObject({
    type: z.literal("session.unreachable"),
    sessionId: Id,
    detail: z.string().check(z.maxLength(500)),
  }),
  /** Once a second while it plays. */
  z.strictObject({ type: z.literal("session.telemetry"), sessionId: Id, sample: PlayerSample }),
  z.strictObject({ type: z.literal("session.leave"), sessionId: Id }),
  /** Whether anybody sees the page of a session that waits in line: while nobody does, others go first. */
  z.strictObject({ type: z.literal("session.presence"), sessionId: Id, visible: z.boolean() }),
  ...FRIENDS_FROM_CLIENT,
  /** Round trips to the probe points of the welcome. */
  z.strictObject({ type: z.literal("probe-points.measured"), rttsMs: RttVector }),
  z.strictObject({ type: z.literal("ping"), sentAtMs: z.number() }),
]);
export type ClientToServer = z.infer<typeof ClientToServer>;
