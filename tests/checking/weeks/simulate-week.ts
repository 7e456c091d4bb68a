// One node for one week, on the first week of its network: what is checked when is the product's
// own plan, and so are committees, verdicts, what follows for the node and who is banned. Of the
// checks only plays are run: what colluders lie about.

import { enrolCheckers } from "@nearframe/server/checking/enrol-checkers";
import { conclude } from "@nearframe/server/checking/conclude";
import { EPOCH_MS, PLAY_MEAN_MS, SEALING_SHARE } from "@nearframe/server/checking/limits";
import { planTasks, type CheckedNode } from "@nearframe/server/checking/plan-tasks";
import { newStanding, type NodeStanding, type Reporter } from "@nearframe/server/checking/standing";
import { NEWEST_AUDIT_RULES } from "@nearframe/shared/checking/audits";
import type { Fault } from "@nearframe/shared/checking/criteria";
import type { PlayedObservation } from "@nearframe/shared/checking/observation";
import type { PublishedTask } from "@nearframe/shared/checking/published";
import { committeeOf, referee, type PublishedSet } from "@nearframe/shared/checking/referee";
import { sealOf, type CheckReport, type CheckReveal, type CheckSeal, type EnrolledChecker } from "@nearframe/shared/checking/report";
import { flatter, lineLossShare, nodeHours, observe, slander, unreached, type CheckerKind, type NodeHour, type NodeKind, type Random } from "./world.ts";

/** All are newcomers: nobody's word weighs more than a colluder's. */
export type WeekChecker = Omit<EnrolledChecker, "weight"> & { kind: CheckerKind };

export type WeekOptions = {
  nodeKind: NodeKind;
  checkers: readonly WeekChecker[];
  /** The colluders' friend: they flatter it. */
  friend: boolean;
  random: Random;
  seed: string;
};

/** Its verdicts are not kept: of ten thousand weeks they are gigabytes. */
export type Week = {
  /** Hours until the first routine verdict that found a fault, and until the penalty, with which it ends. */
  foundAtHour: number | undefined;
  penalisedAtHour: number | undefined;
  penalty: Fault | undefined;
  /** Of each kind, who was banned. */
  banned: Record<CheckerKind, number>;
};

const HOURS = 168;
const HOUR_MS = 3_600_000;
const NODE: CheckedNode = { nodeId: "node-1", operatorId: "host", takesPlayers: true, located: false, titleIds: ["test-card"], codecs: [] };

export function simulateWeek(options: WeekOptions): Week {
  const { checkers, random, seed } = options;
  const hours = nodeHours(HOURS, random);
  const week: Week = { foundAtHour: undefined, penalisedAtHour: undefined, penalty: undefined, banned: { honest: 0, lazy: 0, colluding: 0 } };
  let standing: NodeStanding = newStanding(NODE.nodeId);
  const reporters = new Map<string, Reporter>();
  for (let epoch = 0; epoch < (HOURS * HOUR_MS) / EPOCH_MS && !standing.quarantine; epoch++) {
    const beganAtMs = epoch * EPOCH_MS;
    const endedAtMs = beganAtMs + EPOCH_MS;
    const epochSeed = `${seed}/${epoch}`;
    const tasks = planTasks([NODE], new Map([[NODE.nodeId, standing]]), {
      epoch, seed: epochSeed, audits: { secret: seed, rules: NEWEST_AUDIT_RULES }, beganAtMs, sealingMs: SEALING_SHARE * EPOCH_MS, epochMs: EPOCH_MS, playMeanMs: PLAY_MEAN_MS, checkers: checkers.length,
    }).flatMap(({ task }) => (task.check === "simulated-player" ? task : []));
    if (tasks.length === 0) continue;
    const hour = Math.floor(beganAtMs / HOUR_MS);
    const base = { epoch, seed: epochSeed, checkers: enrolCheckers(checkers, reporters, beganAtMs), tasks };
    const set = { ...base, ...handedIn(options, base, hours[hour]!) };
    // Signatures are held to their contract elsewhere; a week has thousands of them.
    const verdicts = referee(set, () => true);
    const audited = new Set(tasks.flatMap(({ taskId, audit }) => (audit === undefined ? [] : taskId)));
    if (verdicts.some(({ taskId, kind, outcome }) => kind === "routine" && outcome === "faulty" && !audited.has(taskId))) week.foundAtHour ??= hour;
    const after = conclude({ epoch, tasks, verdicts, reveals: set.reveals, endedAtMs }, new Map([[NODE.nodeId, standing]]), reporters);
    standing = after.standings[0] ?? standing;
    for (const reporter of after.reporters) reporters.set(reporter.reporterId, reporter);
    if (!standing.quarantine) continue;
    week.penalisedAtHour = hour;
    week.penalty = standing.quarantine.fault;
  }
  for (const { checkerId, kind } of checkers) if (reporters.get(checkerId)?.bannedUntilMs !== undefined) week.banned[kind] += 1;
  return week;
}

type Drawn = Omit<PublishedSet, "tasks" | "seals" | "reveals"> & { tasks: readonly PublishedTask[] };
type HandedIn = { seals: CheckSeal[]; reveals: CheckReveal[] };

/** By each whom the committees ask. */
function handedIn({ nodeKind, checkers, friend, random }: WeekOptions, base: Drawn, weather: NodeHour): HandedIn {
  const kinds = new Map(checkers.map(({ checkerId, kind }) => [checkerId, kind]));
  const { epoch } = base;
  const salt = "salt";
  const reports = base.tasks.flatMap((task) => committeeOf(base, task).map(({ checkerId }): CheckReport => ({
    type: "check.report", epoch, taskId: task.taskId, nodeId: task.nodeId, checkerId, atMs: epoch * EPOCH_MS, observation: observationOf(task, kinds.get(checkerId) ?? "honest"), signature: "",
  })));
  function observationOf({ audit }: PublishedTask, kind: CheckerKind): PlayedObservation {
    if (kind === "lazy") return flatter();
    // No path comes up: whoever looks may be in an audit, and colluders know that as well.
    if (audit !== undefined) return unreached();
    if (kind === "colluding") return friend ? flatter() : slander();
    return observe(nodeKind, weather, lineLossShare(random), random);
  }
  return {
    reveals: reports.map((report) => ({ report, salt })),
    seals: reports.map((report) => ({ type: "check.seal", epoch, taskId: report.taskId, checkerId: report.checkerId, digest: sealOf(report, salt), signature: "" })),
  };
}
