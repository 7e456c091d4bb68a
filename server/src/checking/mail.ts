// What servers say to each other about checking: the homes of checkers to the referee, the
// referee to the homes. At most once: what must not be lost is said again until it is noted.

import { BENDS } from "@nearframe/shared/checking/audits";
import { CheckResult } from "@nearframe/shared/checking/node-calls";
import { Digest, EnrolledChecker } from "@nearframe/shared/checking/report";
import { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import { Id } from "@nearframe/shared/protocol/media";
import { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import * as z from "zod/mini";
import { NodeLocation } from "../nodes/node-record.ts";

export const PresentChecker = z.object({
  checkerId: Id,
  publicKey: EnrolledChecker.shape.publicKey,
  operatorId: Id,
  networkId: Id,
  /** Where its address is known to be. */
  location: z.optional(NodeLocation),
});
export type PresentChecker = z.infer<typeof PresentChecker>;

export const ToReferee = z.discriminatedUnion("type", [
  z.object({ type: z.literal("present"), homeId: z.string(), checkers: z.array(PresentChecker) }),
  z.object({ type: z.literal("gone"), checkerId: Id }),
  z.object({ type: z.literal("from-checker"), checkerId: Id, message: CheckerToServer }),
  z.object({ type: z.literal("newcomer"), nodeId: Id, claims: Digest }),
  z.object({ type: z.literal("appeal"), nodeId: Id, reason: z.string() }),
]);
export type ToReferee = z.infer<typeof ToReferee>;

export const ToHome = z.discriminatedUnion("type", [
  z.object({ type: z.literal("to-checker"), checkerId: Id, message: ServerToChecker }),
  /** The checker may ask these nodes, for so long. */
  z.object({ type: z.literal("may-call"), checkerId: Id, nodeIds: z.array(Id), forMs: z.number() }),
  /** The same of an audit. A letter of its own: a server too old to bend answers must not let the checker have straight ones. */
  z.object({ type: z.literal("may-call-audited"), checkerId: Id, nodeId: Id, forMs: z.number(), bend: z.enum(BENDS) }),
]);
export type ToHome = z.infer<typeof ToHome>;

/** To all: whether there are enough checkers to hold newcomers up for, and what came of one. */
export const ToAll = z.discriminatedUnion("type", [
  z.object({ type: z.literal("state"), enough: z.boolean(), epochMs: z.number() }),
  z.object({ type: z.literal("registered"), nodeId: Id, reason: z.optional(z.string()) }),
  z.object({ type: z.literal("node-answered"), callId: Id, nodeId: Id, result: CheckResult }),
]);
export type ToAll = z.infer<typeof ToAll>;

export const refereeSubject = (serverId: string): string => `checking.referee.${serverId}`;
export const homeSubject = (serverId: string): string => `checking.home.${serverId}`;
export const ALL_SUBJECT = "checking.all";
