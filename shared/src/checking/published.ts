// What is published of an epoch when it is over: everything that its verdicts follow from,
// signed by the servers and chained to the epoch before it. Whoever has it can judge again.
//
//   previous ◀── digest of the epoch closed before ── epoch N ◀── previous of the next
//
// A set that was changed afterwards fails by its signature, or by the chain; reports that
// the servers made up fail by their checkers' signatures, a key that they made up by its
// checker's id; a verdict that does not follow from the reports is found by judging again.

import * as z from "zod/mini";
import { PublicKey, Signature, signedText } from "../node/identity.ts";
import { VIDEO_CODECS } from "../media/video-codecs.ts";
import { Id } from "../protocol/media.ts";
import { AUDIT_RULES, auditOf, AUDITS, type AuditRules } from "./audits.ts";
import { FAULTS, type Fault } from "./criteria.ts";
import { rankOf } from "./draw.ts";
import { referee, type CheckTask, type Verdict, type VerifySignature } from "./referee.ts";
import { checkerIdOf, CheckReveal, CheckSeal, Digest, digestOf, EnrolledChecker } from "./report.ts";

export const CHECK_KINDS = ["simulated-player", "liveness", "capacity", "registration", "location"] as const;

const Ms = z.number().check(z.gte(0));
const Epoch = z.int().check(z.gte(0));
export const FaultName = z.enum(Object.keys(FAULTS) as [Fault, ...Fault[]]);
const Ids = z.array(Id).check(z.maxLength(10_000));

/** Too long to be tried out. */
export const AuditSecret = z.string().check(z.minLength(43), z.maxLength(128));
/** By which they were drawn; left out: by the first. */
export const AuditRulesNumber = z.optional(z.literal(AUDIT_RULES));
/** What is told of both beforehand. */
export const auditDigestOf = (auditSecret: string, auditRules: AuditRules): string => digestOf({ auditSecret, ...(auditRules > 1 && { auditRules }) });

export const PublishedTask = z.strictObject({
  taskId: Id,
  nodeId: Id,
  operatorId: Id,
  kind: z.enum(["routine", "penalty"]),
  check: z.enum(CHECK_KINDS),
  replaced: z.optional(Ids),
  /** Of those that were replaced, who said so of itself: its own process had stood still. */
  voided: z.optional(Ids),
  /** Of a play: the one codec that the checkers' devices can receive. */
  codec: z.optional(z.enum(VIDEO_CODECS)),
  fault: z.optional(FaultName),
  earlierEpochs: z.optional(z.array(Epoch)),
  earlierCheckers: z.optional(Ids),
  appeal: z.optional(z.literal(true)),
  returning: z.optional(z.literal(true)),
  audit: z.optional(z.enum(AUDITS)),
});
export type PublishedTask = z.infer<typeof PublishedTask> & CheckTask;

export const PublishedVerdict = z.strictObject({
  epoch: Epoch,
  taskId: Id,
  nodeId: Id,
  kind: z.enum(["routine", "penalty"]),
  outcome: z.enum(["undecided", "clear", "faulty"]),
  faults: z.array(FaultName),
  agreeing: Ids,
  dissenting: Ids,
  absent: Ids,
  evidence: z.array(Digest),
});

export const PublishedEpoch = z.strictObject({
  type: z.literal("checking.epoch"),
  epoch: Epoch,
  beganAtMs: Ms,
  endedAtMs: Ms,
  /** The seed of the servers' own draws in that hour (`GET /api/draws/:hour`), which nobody could choose. */
  hour: z.int().check(z.gte(0)),
  hourSeed: z.string(),
  /** The digest of the epoch that was closed before, and its number; empty and left out for the first. */
  previous: z.union([Digest, z.literal("")]),
  previousEpoch: z.optional(Epoch),
  /** See `seedOfEpoch`. */
  seed: Digest,
  checkers: z.array(EnrolledChecker),
  /** What drew the audits of this epoch; its digest was published with the epoch before. Left out: there were none. */
  auditSecret: z.optional(AuditSecret),
  auditRules: AuditRulesNumber,
  /** The digest of what draws the audits of the next epoch. Left out by servers older than audits. */
  nextAuditDigest: z.optional(Digest),
  tasks: z.array(PublishedTask),
  seals: z.array(CheckSeal),
  reveals: z.array(CheckReveal),
  verdicts: z.array(PublishedVerdict),
  /** The servers' key, which signs the whole. */
  publicKey: PublicKey,
  signature: Signature,
});
export type PublishedEpoch = z.infer<typeof PublishedEpoch>;

/** Who is drawn can be known only once all who may be drawn are: so nobody can make keys until one is drawn for a node. */
export function seedOfEpoch(of: Pick<PublishedEpoch, "epoch" | "hourSeed" | "previous" | "checkers">): string {
  const enrolled = of.checkers.map(({ checkerId }) => checkerId).toSorted();
  return rankOf(of.hourSeed, "checking", String(of.epoch), of.previous, ...enrolled);
}

/** How the next epoch names this one. */
export const digestOfEpoch = (published: PublishedEpoch): string => digestOf(published);

export type VerifyOutcome = {
  /** Why the set is not what the servers published; empty where it is. */
  broken: string[];
  /** Every verdict, with whether judging again gives the same. */
  verdicts: { published: Verdict; again: Verdict | undefined; matches: boolean }[];
};

/** Judges the whole again from what is public. `before`: the epoch that it names as the one before, if it could be had. */
export function verifyEpoch(published: PublishedEpoch, verify: VerifySignature, before?: PublishedEpoch, trustedKey?: string): VerifyOutcome {
  const broken: string[] = [];
  const { epoch, previous, previousEpoch } = published;
  if (trustedKey !== undefined && published.publicKey !== trustedKey) broken.push("it is signed by another key than the servers'");
  if (!verify(published.publicKey, signedText(published), published.signature)) broken.push("the servers' signature does not fit the set");
  if (seedOfEpoch(published) !== published.seed) broken.push("the seed does not follow from the hour's seed, the chain and who was enrolled");
  if ((previous === "") !== (previousEpoch === undefined)) broken.push("it names an earlier epoch without its digest, or a digest without an epoch");
  if (previousEpoch !== undefined && previousEpoch >= epoch) broken.push(`it names epoch ${previousEpoch} as the one before`);
  if (before && digestOfEpoch(before) !== previous) broken.push(`epoch ${before.epoch} is not what it was when this one was closed`);
  for (const { checkerId, publicKey } of published.checkers) {
    if (checkerIdOf(publicKey) !== checkerId) broken.push(`checker ${checkerId} is enrolled with a key that is not its own`);
  }
  broken.push(...brokenAudits(published, before));
  const again = new Map(referee(published, verify).map((verdict) => [verdict.taskId, verdict]));
  const verdicts = published.verdicts.map((verdict) => {
    const mine = again.get(verdict.taskId);
    again.delete(verdict.taskId);
    return { published: verdict, again: mine, matches: mine !== undefined && digestOf(mine) === digestOf(verdict) };
  });
  for (const taskId of again.keys()) broken.push(`no verdict was published of task ${taskId}`);
  return { broken, verdicts };
}

/** Which tasks were audits follows from a secret that was fixed before the seed was: none was chosen, and none called so afterwards. */
function brokenAudits({ auditSecret, auditRules: rules = 1, seed, tasks }: PublishedEpoch, before: PublishedEpoch | undefined): string[] {
  const broken: string[] = [];
  if (auditSecret !== undefined && before && before.nextAuditDigest !== auditDigestOf(auditSecret, rules)) {
    broken.push(`its audits were drawn by another secret, or other rules, than those that epoch ${before.epoch} was published with`);
  }
  for (const task of tasks) {
    const drawn = auditSecret === undefined ? undefined : auditOf({ secret: auditSecret, seed, rules }, task);
    if (task.audit === drawn) continue;
    broken.push(drawn === undefined ? `task ${task.taskId} is called an audit, and was not drawn as one` : `task ${task.taskId} was drawn as an audit, and is not called one`);
  }
  return broken;
}
