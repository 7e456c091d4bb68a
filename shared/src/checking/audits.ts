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

import type { Fault } from "./criteria.ts";
import { shareOf } from "./draw.ts";
import type { CheckKind } from "./observation.ts";
import type { CheckTask } from "./referee.ts";

/** Of the checks that can be bent. Two misses in a week are a ban: whoever has five such checks a day and does none of them lasts about a week. */
export const AUDIT_SHARE = 0.1;

/**
 * What can be bent so that whoever looks must see it, and nobody else does: a benchmark's
 * answers pass through the servers, and only redrawing and decoding tells them from right ones.
 */
const AUDITED: Readonly<Partial<Record<CheckKind, Fault>>> = { capacity: "far-below-capacity" };

/** `pictures`: those that the node drew are said to be others. `frames`: what is shown of its code is not what it told of. */
export const BENDS = ["pictures", "frames"] as const;
export type Bend = (typeof BENDS)[number];

export type AuditDraw = { secret: string; seed: string };

/** What a checker has to find in this task, should it be an audit. */
export function auditOf({ secret, seed }: AuditDraw, { taskId, kind, check, returning }: Pick<CheckTask, "taskId" | "kind" | "check" | "returning">): Fault | undefined {
  const fault = check && AUDITED[check];
  if (kind !== "routine" || returning || fault === undefined) return undefined;
  return shareOf(secret, seed, "audit", taskId) < AUDIT_SHARE ? fault : undefined;
}

export function bendOf({ secret, seed }: AuditDraw, taskId: string): Bend {
  return shareOf(secret, seed, "bend", taskId) < 0.5 ? "pictures" : "frames";
}
