// What a node says to the server. The node dials out; nothing dials in.

import * as z from "zod/mini";
import { FRIENDS_FROM_NODE } from "../friends/messages.ts";
import { FROM_NODE } from "../node/messages.ts";
import { ProbeResult, ProbeSignature } from "../probe/probe-result.ts";
import { END_REASONS } from "../session/end-reasons.ts";
import { START_STEPS } from "../session/start-steps.ts";
import { NodeSample } from "../telemetry/samples.ts";
import { Epoch, Id, Offer, SignalResult } from "./media.ts";

const Detail = z.string().check(z.maxLength(500));

export const NodeToServer = z.discriminatedUnion("type", [
  ...FROM_NODE,
  z.strictObject({ type: z.literal("session.offer"), sessionId: Id, epoch: Epoch, offer: Offer }),
  z.strictObject({ type: z.literal("session.progress"), sessionId: Id, epoch: Epoch, step: z.enum(START_STEPS) }),
  z.strictObject({ type: z.literal("session.signal.reply"), sessionId: Id, epoch: Epoch, callId: z.int(), result: SignalResult }),
  /** What the node saw of a candidate's path to the player, signed with the node's key. */
  z.strictObject({
    type: z.literal("session.probed"),
    sessionId: Id,
    epoch: Epoch,
    result: ProbeResult,
    signature: ProbeSignature,
  }),
  ...FRIENDS_FROM_NODE,
  z.strictObject({ type: z.literal("session.telemetry"), sessionId: Id, epoch: Epoch, sample: NodeSample }),
  /** All that the session had on the node is closed and its slot is free. */
  z.strictObject({
    type: z.literal("session.ended"),
    sessionId: Id,
    epoch: Epoch,
    reason: z.enum(END_REASONS),
    detail: z.optional(Detail),
  }),
]);
export type NodeToServer = z.infer<typeof NodeToServer>;
