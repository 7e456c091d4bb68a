// What a node says to the server. The node dials out; nothing dials in.

import * as z from "zod/mini";
import { EncoderReports } from "../media/encoder-reports.ts";
import { END_REASONS } from "../session/end-reasons.ts";
import { START_STEPS } from "../session/start-steps.ts";
import { NodeSample } from "../telemetry/samples.ts";
import { RUNTIMES } from "../title/manifest.ts";
import { Id, Offer, SignalResult } from "./media.ts";

const Detail = z.string().check(z.maxLength(500));

export const NodeToServer = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("node.register"),
    protocol: z.int(),
    nodeId: Id,
    name: z.string().check(z.maxLength(80)),
    runtimes: z.array(z.enum(RUNTIMES)),
    /** Sessions it can carry at once. */
    slots: z.int().check(z.gte(0), z.lte(1000)),
    /** What this machine lacks, in sentences for the operator; shown, never parsed. */
    notices: z.array(Detail).check(z.maxLength(32)),
    /** What trying its encoders gave; left out where that is still under way, and told by `node.encoders` then. */
    encoders: z.optional(EncoderReports),
    /** Sessions still running here, after the server or the link came back. */
    sessions: z.array(Id).check(z.maxLength(1000)),
  }),
  z.strictObject({ type: z.literal("node.encoders"), encoders: EncoderReports }),
  z.strictObject({ type: z.literal("node.heartbeat"), sessions: z.array(Id).check(z.maxLength(1000)) }),
  z.strictObject({ type: z.literal("session.offer"), sessionId: Id, offer: Offer }),
  z.strictObject({ type: z.literal("session.progress"), sessionId: Id, step: z.enum(START_STEPS) }),
  z.strictObject({ type: z.literal("session.signal.reply"), sessionId: Id, callId: z.int(), result: SignalResult }),
  z.strictObject({ type: z.literal("session.telemetry"), sessionId: Id, sample: NodeSample }),
  /** All that the session had on the node is closed and its slot is free. */
  z.strictObject({
    type: z.literal("session.ended"),
    sessionId: Id,
    reason: z.enum(END_REASONS),
    detail: z.optional(Detail),
  }),
]);
export type NodeToServer = z.infer<typeof NodeToServer>;
