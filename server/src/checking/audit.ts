// Audits as the referee meets them: by what secret they are drawn, and what the home of a
// checker is told of one.

import { AUDIT_RULES, bendOf, type AuditRules } from "@nearframe/shared/checking/audits";
import { auditDigestOf, PublishedEpoch, type PublishedTask } from "@nearframe/shared/checking/published";
import * as z from "zod/mini";
import type { CheckingStore } from "../store/checking-ports.ts";
import type { CheckingKey } from "./checking-key.ts";
import type { EpochOpened } from "./epoch.ts";
import type { ToHome } from "./mail.ts";

const Announced = z.object({ nextAuditDigest: PublishedEpoch.shape.nextAuditDigest });

/** What draws an epoch's audits. */
export type AuditsDrawnBy = { secret: string; rules: AuditRules };

/**
 * For the epoch that follows this one. Undefined where this one told of no such secret: it was published by an
 * older version, or under another secret of the servers. Then nobody could judge audits again, and there are none.
 */
export async function findAuditSecret({ store, key }: { store: Pick<CheckingStore, "findEpoch">; key: CheckingKey }, previousEpoch: number): Promise<AuditsDrawnBy | undefined> {
  const document = await store.findEpoch(previousEpoch);
  const announced = document === undefined ? undefined : z.safeParse(Announced, JSON.parse(document)).data?.nextAuditDigest;
  const secret = key.auditSecretAfter(previousEpoch);
  const rules = AUDIT_RULES.find((each) => announced === auditDigestOf(secret, each));
  return rules && { secret, rules };
}

/** One that an older version opened was drawn by the first rules. */
export const auditsOf = ({ auditSecret: secret, auditRules: rules = 1 }: Pick<EpochOpened, "auditSecret" | "auditRules">): AuditsDrawnBy | undefined =>
  (secret === undefined ? undefined : { secret, rules });

/** What the checker may ask, and whether it gets straight answers. Of the nodes beside the one that it checks they always are. */
export function mayCall({ seed, auditSecret }: EpochOpened, { taskId, nodeId, check, audit }: PublishedTask, who: { checkerId: string; neighbours: readonly string[]; forMs: number }): ToHome[] {
  const { checkerId, neighbours, forMs } = who;
  const bend = audit === undefined || auditSecret === undefined ? undefined : bendOf({ secret: auditSecret, seed }, { taskId, check });
  if (bend === undefined) return [{ type: "may-call", checkerId, nodeIds: [nodeId, ...neighbours], forMs }];
  return [{ type: "may-call", checkerId, nodeIds: [...neighbours], forMs }, { type: "may-call-audited", checkerId, nodeId, forMs, bend }];
}
