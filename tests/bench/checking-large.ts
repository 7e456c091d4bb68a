// A network of 500 nodes: what the referee's own server does as it closes an epoch, on the
// embedded database with a month of verdicts in it. Which tasks there are the product plans;
// reports are signed, as large as real ones, and taken in as they are from checkers; one core.
// Minutes of play are measured elsewhere.

import { createJudge } from "@nearframe/server/checking/judge";
import { verifySignature } from "@nearframe/server/checking/checker-door";
import { makeCheckingKey } from "@nearframe/server/checking/checking-key";
import { applyEvent, openEpoch, type Epoch } from "@nearframe/server/checking/epoch";
import { hearChecker } from "@nearframe/server/checking/hear-checker";
import { createHeardWords } from "@nearframe/server/checking/heard-words";
import { EPOCH_MS, KNOCKS_KEPT_MS, PLAY_MEAN_MS, SEALING_SHARE, VERDICTS_KEPT_MS, WATCH_MS } from "@nearframe/server/checking/limits";
import { planTasks, type CheckedNode } from "@nearframe/server/checking/plan-tasks";
import { newStanding, type NodeStanding } from "@nearframe/server/checking/standing";
import { openPgliteDatabase } from "@nearframe/server/store/adapters/pglite/pglite-database";
import type { SqlDatabase } from "@nearframe/server/store/database";
import { openSqlStore } from "@nearframe/server/store/sql-store";
import type { Assignment } from "@nearframe/shared/checking/assignment";
import type { Observation } from "@nearframe/shared/checking/observation";
import { ROUTINE_COMMITTEE } from "@nearframe/shared/checking/committee";
import { seedOfEpoch } from "@nearframe/shared/checking/published";
import type { VerifySignature } from "@nearframe/shared/checking/referee";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import { Scope } from "@nearframe/shared/lifetime";
import { flatter } from "../checking/weeks/world.ts";
import { cpuUsOf, loadOf, makeChecker, signedReport, type BenchChecker, type Load } from "./checking-reports.ts";
import { rounded, type BenchRow } from "./rows.ts";

const NODES = 500;
/** What so many tasks need is a third of it. */
const CHECKERS = 250;
/** Of 96: what is measured, and taken for the rest. */
const EPOCHS_MEASURED = 3;
const EPOCHS_A_DAY = 96;
/** "Scoring of a day in minutes". */
const DAY_MINUTES_GOAL = 10;
const FIRST_EPOCH = 2_000_000;

const nodes = Array.from({ length: NODES }, (_, index): CheckedNode => ({
  nodeId: `node-${index}`, operatorId: `host-${index % 200}`, takesPlayers: true, located: true, titleIds: ["test-card"], codecs: ["H264", "VP8"],
}));

export async function measureLargeNetwork(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const database = await openPgliteDatabase(undefined, scope);
  const store = await openSqlStore(database);
  await fillMonth(database);
  const words = createHeardWords(verifySignature);
  const ports = { store, key: makeCheckingKey("a secret of the benchmark"), nextAuditRules: () => 3 as const };
  const { judge, scoreAgain } = createJudge({ ...ports, verify: words.verify });
  /** Of a server that took none of it in: it took the place of one that had. */
  const elsewhere = createJudge({ ...ports, verify: verifySignature });
  const checkers = Array.from({ length: CHECKERS }, (_, index) => makeChecker(index));
  let standings = new Map(nodes.map(({ nodeId }, index) => [nodeId, knownStanding(nodeId, index)]));
  let reports = 0;
  let heardUs = 0;
  const closing: Load[] = [];
  const judgedElsewhere: Load[] = [];
  for (let number = FIRST_EPOCH; number < FIRST_EPOCH + EPOCHS_MEASURED; number += 1) {
    const atMs = (number + 1) * EPOCH_MS;
    const { epoch, handedIn } = makeEpoch(number, checkers, standings);
    heardUs += await cpuUsOf(() => takeIn(epoch, handedIn, words.hear));
    reports += handedIn.length;
    judgedElsewhere.push(await loadOf(async () => void (await elsewhere.judge(epoch, standings, atMs))));
    closing.push(await loadOf(async () => {
      const { closed } = await judge(epoch, standings, atMs);
      if (closed.verdicts.some(({ outcome, reports: of }) => outcome !== "clear" || of < ROUTINE_COMMITTEE.size)) throw new Error("a verdict of the benchmark is not what its reports say");
      if (!(await store.closeEpoch(closed))) throw new Error("the epoch was not kept");
      standings = new Map([...standings, ...closed.standings.map((standing) => [standing.nodeId, standing] as const)]);
    }));
    words.forget();
  }
  const epochMsOf = (loads: readonly Load[]) => loads.reduce((sum, { cpuUs }) => sum + cpuUs, 0) / loads.length / 1_000;
  const holdMsOf = (loads: readonly Load[]) => Math.max(...loads.map(({ holdUs }) => holdUs)) / 1_000;
  const dayMinutes = (epochMsOf(closing) * EPOCHS_A_DAY) / 60e3;
  const again = await loadOf(async () => void (await scoreAgain([...standings.values()], (FIRST_EPOCH + EPOCHS_MEASURED) * EPOCH_MS)));
  const row = (name: string, unit: string, value: number): BenchRow => ({ name: `checking: ${name}`, unit, value: rounded(value), goal: null, met: null });
  return [
    { ...row(`a day of ${NODES} nodes judged, scored by their month and kept`, "min", dayMinutes), goal: `below ${DAY_MINUTES_GOAL}`, met: dayMinutes < DAY_MINUTES_GOAL },
    row("reports in that day", "reports", (reports / EPOCHS_MEASURED) * EPOCHS_A_DAY),
    row("a report with its seal, taken in", "us", heardUs / reports),
    row(`an epoch of ${NODES} nodes closed`, "ms", epochMsOf(closing)),
    row(`an epoch of ${NODES} nodes closed: all else waits at the longest`, "ms", holdMsOf(closing)),
    row(`an epoch of ${NODES} nodes judged by who took none of it in`, "ms", epochMsOf(judgedElsewhere)),
    row(`an epoch of ${NODES} nodes judged by who took none of it in: all else waits at the longest`, "ms", holdMsOf(judgedElsewhere)),
    row(`${NODES} nodes scored again after play`, "ms", epochMsOf([again])),
    row(`${NODES} nodes scored again after play: all else waits at the longest`, "ms", holdMsOf([again])),
  ];
}

/** As it is kept: knocks of the last days, and all else of the last month. */
async function fillMonth(database: SqlDatabase): Promise<void> {
  const fill = (check: string, spanMs: number, everyEpochs: number) => database.query(
    `insert into checking_verdicts (epoch, task_id, node_id, at, kind, checked, outcome, faults, reports)
     select epoch, epoch || '.routine.' || $1::text || '.' || node, 'node-' || node, to_timestamp(epoch * $2::float8), 'routine', $1::text,
       case when (epoch / $5::integer + node) % 20 = 0 then 'faulty' else 'clear' end, case when (epoch / $5::integer + node) % 20 = 0 then '["few-frames"]'::jsonb else '[]'::jsonb end, 5
     from generate_series($3::integer, $4::integer, $5::integer) as epoch, generate_series(0, $6::integer) as node`,
    [check, EPOCH_MS / 1_000, FIRST_EPOCH - Math.floor(spanMs / EPOCH_MS), FIRST_EPOCH - 1, everyEpochs, NODES - 1],
  );
  await fill("liveness", KNOCKS_KEPT_MS, 1);
  await fill("simulated-player", VERDICTS_KEPT_MS, PLAY_MEAN_MS / EPOCH_MS);
  await fill("capacity", VERDICTS_KEPT_MS, EPOCHS_A_DAY);
  await fill("location", VERDICTS_KEPT_MS, EPOCHS_A_DAY);
}

/** All of its codecs were seen, and its benchmarks are spread over the day. */
function knownStanding(nodeId: string, index: number): NodeStanding {
  return { ...newStanding(nodeId), codecs: { shown: ["H264", "VP8"], failed: [] }, lastAtMs: { capacity: FIRST_EPOCH * EPOCH_MS - (index % EPOCHS_A_DAY) * EPOCH_MS } };
}

type HandedIn = ReturnType<typeof signedReport> & { checkerId: string };

/** As far as its checkers were asked, and what they will hand in. */
function makeEpoch(number: number, checkers: readonly BenchChecker[], standings: ReadonlyMap<string, NodeStanding>): { epoch: Epoch; handedIn: HandedIn[] } {
  const beganAtMs = number * EPOCH_MS;
  const sealingMs = SEALING_SHARE * EPOCH_MS;
  const enrolled = checkers.map(({ key: _key, ...checker }) => checker);
  const seed = seedOfEpoch({ epoch: number, hourSeed: "an hour's seed", previous: "", checkers: enrolled });
  const epoch = openEpoch({ type: "opened", epoch: number, beganAtMs, revealAtMs: beganAtMs + sealingMs, endsAtMs: beganAtMs + EPOCH_MS, hour: Math.floor(beganAtMs / 3_600_000), hourSeed: "an hour's seed", previous: "", seed, checkers: enrolled });
  const planned = planTasks(nodes, standings, { epoch: number, seed, audits: undefined, beganAtMs, sealingMs, epochMs: EPOCH_MS, playMeanMs: PLAY_MEAN_MS, checkers: CHECKERS });
  const byId = new Map(checkers.map((checker) => [checker.checkerId, checker]));
  const handedIn: HandedIn[] = [];
  for (const { task, dueAtMs } of planned) {
    applyEvent(epoch, { type: "planned", task, dueAtMs });
    for (const { checkerId } of epoch.tasks.get(task.taskId)?.committee ?? []) {
      const checker = byId.get(checkerId);
      if (!checker) throw new Error("a checker was drawn that is not enrolled");
      const [assignment, observation] = seen(task.nodeId, task.check);
      handedIn.push({ checkerId, ...signedReport(checker, { epoch: number, taskId: task.taskId, nodeId: task.nodeId }, observation) });
      applyEvent(epoch, { type: "assigned", taskId: task.taskId, checkerId, atMs: beganAtMs, untilMs: beganAtMs + sealingMs, assignment });
    }
  }
  return { epoch, handedIn };
}

function takeIn(epoch: Epoch, handedIn: readonly HandedIn[], verify: VerifySignature): void {
  function hear(checkerId: string, message: CheckerToServer): void {
    const { event } = hearChecker(epoch, checkerId, message, epoch.opened.beganAtMs, verify);
    if (!event) throw new Error("what a checker of the benchmark handed in was not taken");
    applyEvent(epoch, event);
  }
  for (const { checkerId, seal } of handedIn) hear(checkerId, { type: "checker.seal", seal });
  applyEvent(epoch, { type: "reveal-asked" });
  for (const { checkerId, reveal } of handedIn) hear(checkerId, { type: "checker.reveal", reveal });
}

function seen(nodeId: string, check: Observation["kind"]): [Assignment, Observation] {
  switch (check) {
    case "simulated-player":
      return [{ kind: check, nodeId, titleId: "test-card", watchMs: WATCH_MS }, flatter()];
    case "capacity":
      return [{ kind: check, nodeId }, { kind: check, claimedFps: 240, measuredFps: 236 }];
    case "location":
      return [{ kind: check, nodeId, distanceKm: 400, neighbours: ["node-1", "node-2"] }, { kind: check, distanceKm: 400, roundTripMs: 12, neighboursRoundTripMs: [11, 14] }];
    case "liveness":
      return [{ kind: check, nodeId, heartbeatAgeMs: 900 }, { kind: check, heartbeatAgeMs: 900, mediaRoundTripMs: 12 }];
    case "registration":
      return [{ kind: check, nodeId }, { kind: check, unproven: [], claimed: 3 }];
  }
}
