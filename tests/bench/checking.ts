// A day of checking, judged again: what whoever verifies a day has to compute, and what the
// referee does as it closes the day's epochs. Real signatures, real seals, one core.

import { committeeOf, referee, type CheckTask, type PublishedSet } from "@nearframe/shared/checking/referee";
import type { EnrolledChecker } from "@nearframe/shared/checking/report";
import type { Observation } from "@nearframe/shared/checking/observation";
import { verifySignature } from "@nearframe/server/checking/checker-door";
import { judgeMinutes, type ReportedMinute } from "@nearframe/server/checking/judge-minutes";
import { measureLargeNetwork } from "./checking-large.ts";
import { cpuUsOf, makeChecker, signedReport, type BenchChecker } from "./checking-reports.ts";
import { rounded, type BenchRow } from "./rows.ts";

const NODES = 100;
const CHECKERS = 200;
const EPOCHS_A_DAY = 96;
/** Of 96: what is measured, and taken for the rest. */
const EPOCHS_MEASURED = 4;
const MINUTES = 20_000;
/** "Scoring of a day in minutes". */
const DAY_MINUTES_GOAL = 10;

export async function runCheckingBench(): Promise<BenchRow[]> {
  const checkers = Array.from({ length: CHECKERS }, (_, index) => makeChecker(index));
  const sets = Array.from({ length: EPOCHS_MEASURED }, (_, epoch) => makeSet(epoch, checkers));
  const reports = sets.reduce((sum, set) => sum + set.reveals.length, 0);
  const judgeUs = await cpuUsOf(() => {
    for (const set of sets) {
      const verdicts = referee(set, verifySignature);
      if (verdicts.some(({ outcome }) => outcome !== "clear")) throw new Error("a verdict of the benchmark is not what its reports say");
    }
  });
  const dayMinutes = (judgeUs / EPOCHS_MEASURED) * EPOCHS_A_DAY / 60e6;
  const minutes = Array.from({ length: MINUTES }, (_, index) => makeMinute(index));
  const minuteUs = await cpuUsOf(() => {
    for (let from = 0; from < MINUTES; from += 1_000) {
      const batch = minutes.slice(from, from + 1_000);
      judgeMinutes(batch, { plays: [], around: batch, weightOf: () => 0.25, checkedLine: () => undefined });
    }
  });
  return [
    { ...row(`checking: a day of ${NODES} nodes judged again`, "min", dayMinutes), goal: `below ${DAY_MINUTES_GOAL}`, met: dayMinutes < DAY_MINUTES_GOAL },
    row("checking: a report with its seal, judged", "us", judgeUs / reports),
    row("checking: whose doing a minute of play was", "us", minuteUs / MINUTES),
    ...(await measureLargeNetwork()),
  ];
}

const SEEN: Observation = { kind: "liveness", heartbeatAgeMs: 0, mediaRoundTripMs: 12 };

/** Each node is knocked at by five. */
function makeSet(epoch: number, checkers: readonly BenchChecker[]): PublishedSet {
  const byId = new Map(checkers.map((checker) => [checker.checkerId, checker]));
  const enrolled = checkers.map(({ key: _key, ...checker }): EnrolledChecker => checker);
  const base = { epoch, seed: `seed-${epoch}`, checkers: enrolled };
  const tasks = Array.from({ length: NODES }, (_, index): CheckTask => ({ taskId: `${epoch}.${index}`, nodeId: `node-${index}`, operatorId: `host-${index}`, kind: "routine", check: "liveness" }));
  const set = { ...base, tasks, seals: [] as PublishedSet["seals"][number][], reveals: [] as PublishedSet["reveals"][number][] };
  for (const task of tasks) {
    for (const { checkerId } of committeeOf(base, task)) {
      const { seal, reveal } = signedReport(byId.get(checkerId) as BenchChecker, { epoch, taskId: task.taskId, nodeId: task.nodeId }, SEEN);
      set.seals.push(seal);
      set.reveals.push(reveal);
    }
  }
  return set;
}

/** Every tenth is bad, by loss. */
function makeMinute(index: number): ReportedMinute {
  const bad = index % 10 === 0;
  const lossShare = bad ? 0.05 : 0;
  return {
    sessionId: `s-${index}`, nodeId: `node-${index % 250}`, minute: 0, beganAtMs: 1_800_000_000_000 + (index % 1_000) * 60, mos: bad ? 2.8 : 4.3, frameLossPercent: 0, flags: [],
    reports: {
      playerId: `player-${index}`, networkId: `network-${index % 90}`, check: false,
      player: { lossShare, roundTripMsP95: 20, roundTripMsLeast: 18, decodeMsP95: 4, framesShown: 3_500, framesDropped: 0, freezeMs: 0 },
      node: { targetFps: 60, sentFps: 60, captureWaitMsP95: 2, encodeMsP95: 4, lossShare, roundTripMsP95: 20, neededKbps: 1_700 },
    },
  };
}

function row(name: string, unit: string, value: number): BenchRow {
  return { name, unit, value: rounded(value), goal: null, met: null };
}
