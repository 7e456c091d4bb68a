// Which checks are audits: the servers bend what the node answers on its way to the checkers,
// so the right answer is known beforehand, and the checkers are checked in place of the node.
//
//   epoch N, published:   digest of a secret          nobody knows the next epoch's seed yet
//   the next one, begun:  seed and secret draw which tasks are audits, and how each is bent
//   the next one, over:   the secret; anybody draws again
//
// The secret was fixed before there was a seed, so the servers can't choose what is an audit,
// nor call a verdict that they don't like one afterwards; and until the end nobody else knows.
// Pure.

import { faultsIn, FAULTS, type Fault } from "./criteria.ts";
import { shareOf } from "./draw.ts";
import type { CheckKind, Observation } from "./observation.ts";

/** What a checker is made to see: a fault, or a media port that does not answer, which by itself is none. */
export type Audit = Fault | typeof SILENT_PORT;
export const SILENT_PORT = "silent-port";
export const AUDITS = [...(Object.keys(FAULTS) as Fault[]), SILENT_PORT] as const;

type Audited = { audit: Audit; share: number; bends: readonly Bend[] };

/**
 * What can be bent so that whoever looks must see it, and nobody else does: what a node answers passes through the
 * servers, and only redrawing, decoding and knocking tell it from the right one; and so do the words by which a play's
 * transports are connected. Two misses in a week are a ban. A node has a benchmark a day, a dozen plays, and is knocked at each epoch, hence the shares: of either a checker with as many tasks
 * as there are nodes has some audits a week.
 */
const AUDITED: Readonly<Partial<Record<CheckKind, Audited>>> = {
  capacity: { audit: "far-below-capacity", share: 0.1, bends: ["pictures", "frames"] },
  liveness: { audit: SILENT_PORT, share: 0.01, bends: ["port"] },
  location: { audit: SILENT_PORT, share: 0.1, bends: ["port"] },
  "simulated-player": { audit: SILENT_PORT, share: 0.02, bends: ["port"] },
};
/** From which rules on, where not from the first: an epoch is judged by those that it was drawn by, whoever judges it when. */
const SINCE: Readonly<Partial<Record<CheckKind, AuditRules>>> = { location: 2, "simulated-player": 3 };

/** Each kind that audits are extended to gives them a number. */
export const AUDIT_RULES = [1, 2, 3] as const;
export type AuditRules = (typeof AUDIT_RULES)[number];
/** Without plays, in which servers older than their audits might carry a checker's words straight. */
export const AUDIT_RULES_WITHOUT_PLAYS: AuditRules = 2;
export const NEWEST_AUDIT_RULES: AuditRules = 3;

/**
 * `pictures`: those that the node drew are said to be others. `frames`: what is shown of its code is not what it told of.
 * `port`: its media port, or in a play its transports, are told of with another password, so that they answer nobody.
 */
export const BENDS = ["pictures", "frames", "port"] as const;
export type Bend = (typeof BENDS)[number];

export type AuditDraw = { secret: string; seed: string; rules: AuditRules };
type Task = { taskId: string; kind: "routine" | "penalty"; check?: CheckKind | undefined; returning?: true | undefined };

/** What a checker has to find in this task, should it be an audit. */
export function auditOf({ secret, seed, rules }: AuditDraw, { taskId, kind, check, returning }: Task): Audit | undefined {
  const audited = check && rules >= (SINCE[check] ?? 1) ? AUDITED[check] : undefined;
  if (kind !== "routine" || returning || !audited) return undefined;
  return shareOf(secret, seed, "audit", taskId) < audited.share ? audited.audit : undefined;
}

/** Undefined for a check that is never audited. */
export function bendOf({ secret, seed }: Omit<AuditDraw, "rules">, { taskId, check }: Pick<Task, "taskId" | "check">): Bend | undefined {
  const bends = (check && AUDITED[check]?.bends) ?? [];
  return bends[Math.floor(shareOf(secret, seed, "bend", taskId) * bends.length)];
}

/** Whether who saw this has looked. */
export function showsAudit(audit: Audit, observation: Observation): boolean {
  if (audit !== SILENT_PORT) return faultsIn(observation).includes(audit);
  switch (observation.kind) {
    case "liveness":
      return observation.mediaRoundTripMs === undefined;
    case "location":
      return observation.roundTripMs === undefined;
    case "simulated-player":
      return observation.startupMs === undefined;
    default:
      return false;
  }
}
