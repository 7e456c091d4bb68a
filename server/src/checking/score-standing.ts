// A node's score from what is kept of it, and its trend. Pure.

import { scoreNode, type NodeHistory } from "@nearframe/shared/checking/scores";
import type { CountedVerdicts } from "../store/checking-ports.ts";
import type { NodeTotals } from "../store/node-ports.ts";
import { VERDICTS_KEPT_MS } from "./limits.ts";
import { lookReasons, type AfterService } from "./after-service.ts";
import type { NodeStanding } from "./standing.ts";
import { washReasons } from "./wash.ts";

const DAY_MS = 86_400_000;
const TREND_DAYS = 30;
/** Until a node has been known for so long its uptime says little. */
const NEW_MS = 10 * 60_000;

export type ScoreInputs = {
  verdicts: readonly CountedVerdicts[];
  totals: NodeTotals | undefined;
  minutes: NodeHistory["minutes"];
  service: Pick<AfterService, "ends" | "ratings">;
};

export function scoreStanding(standing: NodeStanding, { verdicts, totals, minutes, service }: ScoreInputs, nowMs: number): NodeStanding {
  const knownMs = totals ? Math.max(1, nowMs - totals.firstHeardAtMs) : 0;
  const score = scoreNode({
    minutes,
    sessions: { ended: totals?.sessionsEnded ?? 0, failedByHost: totals?.sessionsFailedByHost ?? 0, ends: service.ends },
    ratings: service.ratings,
    uptimeShare: totals && knownMs >= NEW_MS ? Math.min(1, totals.linkedMs / knownMs) : 1,
    verdicts,
  }, nowMs);
  const day = Math.floor(nowMs / DAY_MS);
  const { performance, reliability, honesty, overall } = score;
  const trend = [...standing.trend.filter((each) => each.day !== day), { day, performance, reliability, honesty, overall }];
  return { ...standing, score: { ...score, reasons: [...score.reasons, ...washReasons(standing, nowMs, VERDICTS_KEPT_MS), ...lookReasons(standing)], atMs: nowMs }, trend: trend.slice(-TREND_DAYS) };
}
