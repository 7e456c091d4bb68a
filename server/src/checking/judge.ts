// From an epoch that is over to what is published of it and what follows: verdicts,
// standings, trust, scores.

import type { AuditRules } from "@nearframe/shared/checking/audits";
import { digestOfEpoch, type PublishedEpoch } from "@nearframe/shared/checking/published";
import { judgeEach, type VerifySignature } from "@nearframe/shared/checking/referee";
import type { AfterServiceStore, ClosedEpoch, CheckingStore, CountedVerdicts, JudgedMinuteStore, KeptVerdict } from "../store/checking-ports.ts";
import type { NodeStore, NodeTotals } from "../store/node-ports.ts";
import { NOTHING_AFTER_SERVICE, timesSinceMs, wantLook } from "./after-service.ts";
import { playsOf } from "./checked-plays.ts";
import type { CheckingKey } from "./checking-key.ts";
import { conclude, type Order } from "./conclude.ts";
import { countVerdicts } from "./count-verdicts.ts";
import type { Epoch } from "./epoch.ts";
import { inTurns, turnOfOthers } from "./in-turns.ts";
import { VERDICTS_KEPT_MS } from "./limits.ts";
import { judgedSetOf, publishEpoch } from "./publish-epoch.ts";
import { scoreStanding } from "./score-standing.ts";
import type { NodeStanding } from "./standing.ts";

export type JudgePorts = {
  store: Pick<CheckingStore, "reporters" | "countedVerdicts"> & Pick<JudgedMinuteStore, "playedMinutes"> & AfterServiceStore & Pick<NodeStore, "nodeTotals">;
  key: CheckingKey;
  /** By which audits of the next epoch are to be drawn. */
  nextAuditRules(): AuditRules;
  /** Of what was verified as it came in it may know that. */
  verify: VerifySignature;
};

/** Where the database is embedded, all else on this thread waits while their month is read. */
const NODES_AT_ONCE_MAX = 50;
const NO_MINUTES = { good: 0, degradedByHost: 0, badByHost: 0 };

export function createJudge({ store, key, nextAuditRules, verify }: JudgePorts) {
  async function judge(closing: Epoch, standings: ReadonlyMap<string, NodeStanding>, at: number): Promise<{ closed: ClosedEpoch; orders: Order[] }> {
    const set = judgedSetOf(closing);
    const verdicts = await inTurns(judgeEach(set, verify), (verdict) => verdict);
    const published = publishEpoch(closing, set, verdicts, at, key, nextAuditRules());
    await turnOfOthers();
    const heard = published.verdicts.flatMap(({ agreeing, dissenting }) => [...agreeing, ...dissenting]);
    const ids = [...new Set([...heard, ...published.tasks.flatMap(({ voided }) => voided ?? [])])];
    const reporters = new Map((await store.reporters(ids)).map((reporter) => [reporter.reporterId, reporter]));
    const { orders, overturned, ...concluded } = conclude(published, standings, reporters);
    const kept = keptOf(published);
    await turnOfOthers();
    const scored = await score(concluded.standings, countVerdicts(kept), overturned.map(({ taskId }) => taskId), at);
    await turnOfOthers();
    const digest = digestOfEpoch(published);
    await turnOfOthers();
    const closed = {
      epoch: published.epoch, endedAtMs: at, digest, document: JSON.stringify(published), verdicts: kept, standings: scored,
      reporters: concluded.reporters, overturned,
      plays: playsOf(closing, published),
      checkPlayerIds: [...closing.tasks.values()].flatMap(({ assigned }) => [...assigned.values()].flatMap(({ playerId }) => playerId ?? [])),
    };
    return { closed, orders };
  }

  async function score(changed: readonly NodeStanding[], fresh: readonly CountedVerdicts[], overturned: readonly string[], at: number): Promise<NodeStanding[]> {
    const parts = Array.from({ length: Math.ceil(changed.length / NODES_AT_ONCE_MAX) }, (_, part) => changed.slice(part * NODES_AT_ONCE_MAX, (part + 1) * NODES_AT_ONCE_MAX));
    return (await inTurns(parts, (part) => scoreSome(part, fresh, overturned, at))).flat();
  }

  async function scoreSome(changed: readonly NodeStanding[], fresh: readonly CountedVerdicts[], overturned: readonly string[], at: number): Promise<NodeStanding[]> {
    const nodeIds = changed.map(({ nodeId }) => nodeId);
    const sinceMs = at - VERDICTS_KEPT_MS;
    const [older, totals, minutes, after] = await Promise.all([
      store.countedVerdicts({ nodeIds, sinceMs, withoutTaskIds: overturned }),
      store.nodeTotals(nodeIds, { sinceMs, recentSinceMs: sinceMs }),
      store.playedMinutes(nodeIds, sinceMs),
      store.afterService(changed.map((standing) => ({ nodeId: standing.nodeId, timesSinceMs: timesSinceMs(standing, sinceMs) })), sinceMs),
    ]);
    const verdicts = Map.groupBy([...older, ...fresh], ({ nodeId }) => nodeId);
    const totalsOf = new Map<string, NodeTotals>(totals.map((each) => [each.nodeId, each]));
    const minutesOf = new Map(minutes.map((each) => [each.nodeId, each]));
    const afterOf = new Map(after.map((each) => [each.nodeId, each]));
    return changed.map((standing) => {
      const { nodeId } = standing;
      const service = afterOf.get(nodeId) ?? NOTHING_AFTER_SERVICE;
      const inputs = { verdicts: verdicts.get(nodeId) ?? [], totals: totalsOf.get(nodeId), minutes: minutesOf.get(nodeId) ?? NO_MINUTES, service };
      return scoreStanding(wantLook(standing, service, at), inputs, at);
    });
  }

  return {
    judge,
    /** By what is kept, when only the minutes of play are new. */
    scoreAgain: (standings: readonly NodeStanding[], at: number): Promise<NodeStanding[]> => score(standings, [], [], at),
  };
}

function keptOf({ verdicts, tasks, endedAtMs }: PublishedEpoch): KeptVerdict[] {
  const checks = new Map(tasks.map(({ taskId, check, audit }) => [taskId, { check, audit }]));
  return verdicts.flatMap(({ epoch, taskId, nodeId, kind, outcome, faults, evidence }) => {
    const of = checks.get(taskId);
    // Of an audit nothing is said about the node.
    if (!of || of.audit !== undefined) return [];
    return [{ epoch, taskId, nodeId, atMs: endedAtMs, kind, check: of.check, outcome, faults, reports: evidence.length, overturned: false }];
  });
}
