// An epoch that is over: what is judged of it, and the whole as everybody may see it. Pure, but for
// the signature.

import type { AuditRules } from "@nearframe/shared/checking/audits";
import { auditDigestOf, type PublishedEpoch, type PublishedTask } from "@nearframe/shared/checking/published";
import type { Verdict } from "@nearframe/shared/checking/referee";
import type { CheckingKey } from "./checking-key.ts";
import type { Epoch } from "./epoch.ts";

export type JudgedSet = ReturnType<typeof judgedSetOf>;

export function judgedSetOf({ opened: { epoch, seed, checkers }, tasks }: Epoch) {
  const states = [...tasks.values()].toSorted((a, b) => (a.task.taskId < b.task.taskId ? -1 : 1));
  return {
    epoch,
    seed,
    checkers: checkers.toSorted((a, b) => (a.checkerId < b.checkerId ? -1 : 1)),
    tasks: states.map(({ task }): PublishedTask => task),
    seals: states.flatMap(({ seals }) => inOrder(seals)),
    reveals: states.flatMap(({ reveals }) => inOrder(reveals)),
  };
}

export function publishEpoch({ opened }: Epoch, set: JudgedSet, verdicts: Verdict[], endedAtMs: number, key: CheckingKey, nextRules: AuditRules): PublishedEpoch {
  const { epoch, beganAtMs, hour, hourSeed, previous, previousEpoch, auditSecret, auditRules } = opened;
  return key.signed({
    type: "checking.epoch" as const,
    ...set,
    beganAtMs,
    endedAtMs,
    hour,
    hourSeed,
    previous,
    ...(previousEpoch !== undefined && { previousEpoch }),
    ...(auditSecret !== undefined && { auditSecret }),
    ...(auditRules !== undefined && { auditRules }),
    nextAuditDigest: auditDigestOf(key.auditSecretAfter(epoch), nextRules),
    verdicts,
    publicKey: key.publicKey,
  });
}

const inOrder = <T>(byChecker: ReadonlyMap<string, T>): T[] =>
  [...byChecker].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
