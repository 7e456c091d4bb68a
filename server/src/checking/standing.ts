// How a node stands by what checks have found: suspicions that wait for a penalty
// committee, quarantine and the way back, the last score. Kept in the store.

import { FaultName, CHECK_KINDS } from "@nearframe/shared/checking/published";
import { Digest } from "@nearframe/shared/checking/report";
import { VIDEO_CODECS } from "@nearframe/shared/media/video-codecs";
import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import { VERDICTS_KEPT_MS } from "./limits.ts";
import { WASH_REASONS } from "./wash.ts";

const Ms = z.number();
const Share = z.number().check(z.gte(0), z.lte(1));

export const CheckedScore = z.object({
  performance: Share,
  reliability: Share,
  honesty: Share,
  overall: Share,
  reasons: z.array(z.string()),
  atMs: Ms,
});
export type CheckedScore = z.infer<typeof CheckedScore>;

export const Suspicion = z.object({
  fault: FaultName,
  /** When it was found by a routine committee, and by whom. */
  epochs: z.array(z.int()),
  checkers: z.array(Id),
  lastAtMs: Ms,
});
export type Suspicion = z.infer<typeof Suspicion>;

export const Quarantine = z.object({
  fault: FaultName,
  reason: z.string(),
  /** The penalty verdict that it follows from. */
  epoch: z.int(),
  taskId: Id,
  checkers: z.array(Id),
  sinceMs: Ms,
  /** Routine verdicts since then that did not find the fault, one after another. */
  clears: z.int(),
});
export type Quarantine = z.infer<typeof Quarantine>;

export const APPEAL_STATES = ["asked", "upheld", "rejected"] as const;
export const Appeal = z.object({ atMs: Ms, reason: z.string(), state: z.enum(APPEAL_STATES) });
export type Appeal = z.infer<typeof Appeal>;

export const NodeStanding = z.object({
  nodeId: Id,
  /** Of what it claims, and what came of checking that. */
  registration: z.optional(z.object({ claims: Digest, outcome: z.enum(["wanted", "passed", "failed"]), reason: z.optional(z.string()), atMs: Ms })),
  suspicions: z.array(Suspicion),
  quarantine: z.optional(Quarantine),
  appeal: z.optional(Appeal),
  /** Sessions' two ends contradict each other on how long there was service: checkers are to see, or have seen. */
  look: z.optional(z.object({ state: z.enum(["wanted", "done"]), atMs: Ms, players: z.int(), contradicting: z.int() })),
  /** What of a week's play its host made up, when that was last found (`wash.ts`). */
  wash: z.optional(z.object({ atMs: Ms, minutes: z.int(), ofMinutes: z.int(), reasons: z.array(z.enum(WASH_REASONS)) })),
  /** Of those that it claims: which were seen to play in a session, and which not when they were last asked for. Begun anew when it claims something else. */
  codecs: z.optional(z.object({ shown: z.array(z.enum(VIDEO_CODECS)), failed: z.array(z.object({ codec: z.enum(VIDEO_CODECS), atMs: Ms })) })),
  /** When each kind of check was last planned. */
  lastAtMs: z.partialRecord(z.enum(CHECK_KINDS), Ms),
  score: z.optional(CheckedScore),
  /** One a day (UTC), newest last. */
  trend: z.array(z.object({ day: z.int(), performance: Share, reliability: Share, honesty: Share, overall: Share })),
});
export type NodeStanding = z.infer<typeof NodeStanding>;

/** A penalty, or play that was marked while what it was found in still counts. */
export const mayAppeal = ({ quarantine, wash }: NodeStanding, nowMs: number): boolean =>
  quarantine !== undefined || (wash !== undefined && nowMs - wash.atMs <= VERDICTS_KEPT_MS);

export const newStanding = (nodeId: string): NodeStanding => ({ nodeId, suspicions: [], lastAtMs: {}, trend: [] });

/** Whoever reports: a checker, a player, or a node of itself. */
export const Reporter = z.object({
  reporterId: Id,
  agreed: z.number(),
  disagreed: z.number(),
  atMs: Ms,
  /** When it was plainly wrong. */
  errorsAtMs: z.array(Ms),
  bannedUntilMs: z.optional(Ms),
  /** When its own process stood still in a check, lately. */
  voidsAtMs: z.optional(z.array(Ms)),
});
export type Reporter = z.infer<typeof Reporter>;

export const newReporter = (reporterId: string, atMs: number): Reporter => ({ reporterId, agreed: 0, disagreed: 0, atMs, errorsAtMs: [] });
