// Judges the minutes of play as they come: once everybody who played at that time has told.

import { weightOf } from "@nearframe/shared/checking/trust";
import type { CheckingStore, JudgedMinuteStore } from "../store/checking-ports.ts";
import { MINUTE_MS } from "../telemetry/limits.ts";
import type { LeftForLater } from "./checked-plays.ts";
import { judgeReporter } from "./conclude.ts";
import { judgeMinutes, type CheckedLine } from "./judge-minutes.ts";
import { newReporter, type Reporter } from "./standing.ts";

export type MinutesJudgePorts = { store: JudgedMinuteStore & Pick<CheckingStore, "reporters" | "saveReporters" | "keptVerdicts" | "checkedPlays"> };

/** A minute is scored 10 s after it is over and written within 5 more; those beside it began up to half a minute later. */
const TOLD_AFTER_MS = 60_000 + 15_000 + 30_000 + 15_000;
const BATCH_MAX = 1_000;
const AROUND_MAX = 5_000;
const AROUND_MS = 60_000;
/** What checkers saw of a line holds for so long. */
const CHECKED_LINE_MS = 3_600_000;
const VERDICTS_MAX = 5_000;
const PLAYS_MAX = 5_000;

export type MinutesJudge = ReturnType<typeof createMinutesJudge>;

export function createMinutesJudge({ store }: MinutesJudgePorts) {
  /** The nodes that were played on, and whether there may be more. What is left for later waits for what checkers saw. */
  async function judgeDue(atMs: number, later: LeftForLater | undefined): Promise<{ nodeIds: string[]; more: boolean }> {
    const minutes = await store.unjudgedMinutes({ beganBeforeMs: atMs - TOLD_AFTER_MS, most: BATCH_MAX, later });
    const [first, last] = [minutes[0], minutes.at(-1)];
    if (!first || !last) return { nodeIds: [], more: false };
    const around = await store.reportedMinutes({ fromMs: first.beganAtMs - AROUND_MS, untilMs: last.beganAtMs + AROUND_MS, most: AROUND_MAX });
    const nodeIds = [...new Set(minutes.map(({ nodeId }) => nodeId))];
    const [plays, lines] = await Promise.all([
      store.checkedPlays({ nodeIds, fromMs: first.beganAtMs, untilMs: last.beganAtMs + MINUTE_MS, most: PLAYS_MAX }),
      checkedLines(nodeIds, atMs),
    ]);
    const reporters = await store.reporters([...new Set([...minutes.flatMap(({ nodeId, reports }) => [nodeId, reports.playerId]), ...plays.map(({ checkerId }) => checkerId)])]);
    const known = new Map(reporters.map((reporter) => [reporter.reporterId, reporter]));
    const of = (reporterId: string): Reporter => known.get(reporterId) ?? newReporter(reporterId, atMs);
    const judged = judgeMinutes(minutes, { around, plays, weightOf: (reporterId) => weightOf(of(reporterId), atMs), checkedLine: (nodeId) => lines.get(nodeId) });
    const changed = new Set<string>();
    for (const { reporterId, agreed } of judged.agreements) {
      known.set(reporterId, judgeReporter(of(reporterId), agreed, false, atMs));
      changed.add(reporterId);
    }
    await store.saveJudgements(judged.minutes);
    await store.saveReporters([...changed].map(of));
    return { nodeIds, more: minutes.length === BATCH_MAX };
  }

  async function checkedLines(nodeIds: readonly string[], atMs: number): Promise<Map<string, CheckedLine>> {
    const verdicts = await store.keptVerdicts({ nodeIds, sinceMs: atMs - CHECKED_LINE_MS, newestMax: VERDICTS_MAX });
    // Oldest first, so that the newest of each stands.
    return new Map(
      verdicts
        .filter(({ check, outcome }) => check === "simulated-player" && outcome !== "undecided")
        .map(({ nodeId, reports, faults }) => [nodeId, { reports, lossy: faults.includes("lossy-path") }]),
    );
  }

  return { judgeDue };
}
