// What the server says to a player.

import * as z from "zod/mini";
import { FRIENDS_TO_CLIENT } from "../friends/messages.ts";
import { ProbeNonce } from "../probe/probe-result.ts";
import { ProbePoints } from "../probe/rtt-vector.ts";
import { END_REASONS } from "../session/end-reasons.ts";
import { START_STEPS } from "../session/start-steps.ts";
import { Epoch, Id, Offer, SignalResult } from "./media.ts";
import { SessionTitle } from "./session-title.ts";

export { SessionTitle } from "./session-title.ts";

const Detail = z.string().check(z.maxLength(500));

/** A session that the player dropped, or, with `elsewhere`, plays right now in another tab or on another device. */
export const HeldSession = z.strictObject({
  sessionId: Id,
  titleId: Id,
  untilMs: z.number(),
  elsewhere: z.optional(z.boolean()),
});
export type HeldSession = z.infer<typeof HeldSession>;

/** Why a session leaves its node for another. */
export const MOVE_REASONS = ["node-lost", "node-drained", "better-node"] as const;
export type MoveReason = (typeof MOVE_REASONS)[number];

export const ServerToClient = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("welcome"),
    protocol: z.int(),
    playerId: Id,
    token: z.string(),
    /** Sessions of this player that can be resumed. */
    held: z.array(HeldSession),
    /** To be measured when nothing else needs the line, and told as `probe-points.measured`. */
    probePoints: z.optional(ProbePoints),
  }),
  /** A message was refused; `requestId` is there when it had one. The socket stays open. */
  z.strictObject({ type: z.literal("error"), code: Id, message: Detail, requestId: z.optional(Id) }),
  /** Answers `session.request` and `session.resume`. */
  z.strictObject({ type: z.literal("session.created"), requestId: Id, sessionId: Id, title: SessionTitle }),
  /** Two sessions have saved from one beginning: both are kept, and the player chooses (`api/saves.ts`). */
  z.strictObject({ type: z.literal("saves.diverged"), titleId: Id }),
  /** No slot yet: place in line, from 1, and an honest guess of the wait. */
  z.strictObject({
    type: z.literal("session.queued"),
    sessionId: Id,
    position: z.int(),
    waitMs: z.optional(z.number()),
  }),
  z.strictObject({ type: z.literal("session.progress"), sessionId: Id, step: z.enum(START_STEPS) }),
  /**
   * How to reach a node. With `probe` it is one of several candidates: connect, measure, and answer
   * `session.probed`. Without, it is the session's own.
   */
  z.strictObject({
    type: z.literal("session.offer"),
    sessionId: Id,
    epoch: Epoch,
    offer: Offer,
    probe: z.optional(z.strictObject({ nonce: ProbeNonce, nodeId: Id })),
  }),
  /**
   * A node that may serve the session better than its own: measured beside the path that is up, and answered
   * by `session.probed`. Nothing else comes of it here; should the session go there, `session.moving` says so.
   */
  z.strictObject({ type: z.literal("session.trial"), sessionId: Id, epoch: Epoch, offer: Offer }),
  /** The candidate of this epoch is the session's node: its transports stay, the others' are closed. */
  z.strictObject({ type: z.literal("session.chosen"), sessionId: Id, epoch: Epoch }),
  /** The session's node is gone or left; the session is placed again, and its steps and an offer follow. */
  z.strictObject({ type: z.literal("session.moving"), sessionId: Id, reason: z.enum(MOVE_REASONS) }),
  z.strictObject({ type: z.literal("session.signal.reply"), sessionId: Id, callId: z.int(), result: SignalResult }),
  z.strictObject({
    type: z.literal("session.ended"),
    sessionId: Id,
    reason: z.enum(END_REASONS),
    detail: z.optional(Detail),
  }),
  ...FRIENDS_TO_CLIENT,
  z.strictObject({ type: z.literal("pong"), sentAtMs: z.number(), serverAtMs: z.number() }),
]);
export type ServerToClient = z.infer<typeof ServerToClient>;
