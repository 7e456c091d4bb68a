// What a node and its server say to each other about the node itself; sessions have
// their own words (protocol/node-to-server.ts, protocol/server-to-node.ts).

import * as z from "zod/mini";
import { CheckCall, CheckResult } from "../checking/node-calls.ts";
import { Epoch, Id } from "../protocol/media.ts";
import { ProbePoints, RttVector } from "../probe/rtt-vector.ts";
import { Nonce, PublicKey, Signature } from "./identity.ts";
import { NodeInventory, SLOTS_MAX } from "./inventory.ts";
import { TitleSource } from "../title-store/package.ts";
import { Title } from "../title/manifest.ts";
import { NODE_STATES } from "./node-states.ts";

/** What a node is asked to keep warm has to fit into one message. */
export const WARM_TITLES_MAX = 8;

/** So many copies of this title, started before anybody asks. */
export const WarmTarget = z.strictObject({
  title: Title,
  /** Where the node finds the title if it lacks it. */
  source: z.optional(TitleSource),
  count: z.int().check(z.gte(1), z.lte(SLOTS_MAX)),
});
export type WarmTarget = z.infer<typeof WarmTarget>;

/** How far a session is on its node. */
export const SESSION_USES = ["preparing", "rendering", "recycling"] as const;
export type SessionUse = (typeof SESSION_USES)[number];

export const SessionReport = z.strictObject({ sessionId: Id, epoch: Epoch, use: z.enum(SESSION_USES) });
export type SessionReport = z.infer<typeof SessionReport>;

const Sessions = z.array(SessionReport).check(z.maxLength(SLOTS_MAX));

export const FROM_NODE = [
  /** Answers the challenge. Its signature covers the nonce, so a recorded one opens no other link. */
  z.strictObject({
    type: z.literal("node.register"),
    protocol: z.int(),
    publicKey: PublicKey,
    nonce: Nonce,
    inventory: NodeInventory,
    /** Sessions still running here, after the server or the link came back. */
    sessions: Sessions,
    /** The operator has told it to end once its sessions have. */
    draining: z.boolean(),
    signature: Signature,
  }),
  /** It has found out more about itself. `number` is of the same count as the heartbeats'. */
  z.strictObject({
    type: z.literal("node.inventory"),
    nonce: Nonce,
    number: z.int().check(z.gte(1)),
    inventory: NodeInventory,
    signature: Signature,
  }),
  /** Each has a higher number than the one before it on its link. */
  z.strictObject({
    type: z.literal("node.heartbeat"),
    nonce: Nonce,
    number: z.int().check(z.gte(1)),
    sessions: Sessions,
    /** Titles of which a started copy waits here. Left out: as it was said last on this link. */
    warmTitleIds: z.optional(z.array(Id).check(z.maxLength(WARM_TITLES_MAX))),
    /** Round trips to the probe points of the welcome. Left out: as they were said last on this link. */
    rttsMs: z.optional(RttVector),
    signature: Signature,
  }),
  /** Its operator wants it to end once its sessions have. */
  z.strictObject({ type: z.literal("node.drain") }),
  z.strictObject({ type: z.literal("check.reply"), callId: Id, result: CheckResult }),
] as const;

export const TO_NODE = [
  /** First on every link. */
  z.strictObject({ type: z.literal("node.challenge"), nonce: Nonce }),
  z.strictObject({ type: z.literal("node.welcome"), protocol: z.int(), nodeId: Id, heartbeatMs: z.int().check(z.gte(100)), probePoints: z.optional(ProbePoints) }),
  /** From now on a heartbeat this often: a server with many nodes asks each less often. */
  z.strictObject({ type: z.literal("node.pace"), heartbeatMs: z.int().check(z.gte(100)) }),
  /** Replaces what was asked before; none where it is empty. A node keeps fewer where it has no room. */
  z.strictObject({ type: z.literal("node.warm"), targets: z.array(WarmTarget).check(z.maxLength(WARM_TITLES_MAX)) }),
  /** What the server takes the node for now; `reason` is a sentence for its operator. */
  z.strictObject({ type: z.literal("node.state"), state: z.enum(NODE_STATES), reason: z.optional(z.string().check(z.maxLength(500))) }),
  /** A checker asks, through the server; answered by `check.reply`. */
  z.strictObject({ type: z.literal("check.call"), callId: Id, call: CheckCall }),
] as const;
