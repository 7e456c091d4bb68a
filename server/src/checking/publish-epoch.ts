// An epoch that is over, as everybody may see it. Pure, but for the signature.

import type { AuditRules } from "@nearframe/shared/checking/audits";
import { auditDigestOf, type PublishedEpoch, type PublishedTask } from "@nearframe/shared/checking/published";
import { referee, type VerifySignature } from "@nearframe/shared/checking/referee";
import type { CheckingKey } from "./checking-key.ts";
import type { Epoch } from "./epoch.ts";

export function publishEpoch({ opened, tasks }: Epoch, endedAtMs: number, key: CheckingKey, nextRules: AuditRules, verify: VerifySignature): PublishedEpoch {
  const { epoch, beganAtMs, hour, hourSeed, previous, previousEpoch, seed, auditSecret, auditRules, checkers } = opened;
  const states = [...tasks.values()].toSorted((a, b) => (a.task.taskId < b.task.taskId ? -1 : 1));
  const set = {
    epoch,
    seed,
    checkers: checkers.toSorted((a, b) => (a.checkerId < b.checkerId ? -1 : 1)),
    tasks: states.map(({ task }): PublishedTask => task),
    seals: states.flatMap(({ seals }) => inOrder(seals)),
    reveals: states.flatMap(({ reveals }) => inOrder(reveals)),
  };
  const verdicts = referee(set, verify);
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
