// One node for one week: checked at random times by committees that the seed draws,
// judged by the product's referee, punished only by a penalty committee.

import { committeeOf, referee, type CheckTask, type PublishedSet, type Verdict } from "@nearframe/shared/checking/referee";
import type { Fault } from "@nearframe/shared/checking/criteria";
import { isHonesty } from "@nearframe/server/checking/plan-tasks";
import { sealOf, type CheckReport, type EnrolledChecker } from "@nearframe/shared/checking/report";
import { flatter, lineLossShare, nodeHours, observe, slander, type CheckerKind, type NodeKind, type Random } from "./world.ts";

export type WeekOptions = {
  nodeKind: NodeKind;
  checkers: readonly (EnrolledChecker & { kind: CheckerKind })[];
  /** The colluders' friend: they flatter it. */
  friend: boolean;
  random: Random;
  seed: string;
};

/** Its verdicts are not kept: of ten thousand weeks they are gigabytes. */
export type Week = {
  /** Hours until the first routine verdict that found a fault, and until the penalty. */
  foundAtHour: number | undefined;
  penalisedAtHour: number | undefined;
  penalty: Fault | undefined;
};

const HOURS = 168;
/** Poisson, one in two hours. */
const CHECKS_PER_HOUR = 0.5;
/** A suspicion is followed by a penalty committee, this many hours later. */
const CONFIRM_AFTER_HOURS = 1;
const NODE_ID = "node-1";

export function simulateWeek(options: WeekOptions): Week {
  const { random } = options;
  const hours = nodeHours(HOURS, random);
  const week: Week = { foundAtHour: undefined, penalisedAtHour: undefined, penalty: undefined };
  /** By fault: the epochs and checkers that found it. */
  const suspicions = new Map<Fault, { epochs: number[]; checkers: string[] }>();
  const confirmations: { atHour: number; fault: Fault }[] = [];
  for (let hour = 0; hour < HOURS && week.penalisedAtHour === undefined; hour++) {
    const weather = hours[hour]!;
    const due = confirmations.filter(({ atHour }) => atHour === hour);
    for (const { fault } of due) {
      const grounds = suspicions.get(fault)!;
      const verdict = run(options, hour, weather, {
        taskId: `penalty-${hour}-${fault}`, nodeId: NODE_ID, operatorId: "host", kind: "penalty", fault,
        earlierEpochs: grounds.epochs, earlierCheckers: grounds.checkers,
      });
      if (verdict.outcome === "faulty") {
        week.penalisedAtHour = hour;
        week.penalty = fault;
      }
    }
    if (random() >= CHECKS_PER_HOUR) continue;
    const verdict = run(options, hour, weather, { taskId: `routine-${hour}`, nodeId: NODE_ID, operatorId: "host", kind: "routine" });
    if (verdict.outcome === "faulty") week.foundAtHour ??= hour;
    for (const fault of verdict.faults.filter(isHonesty)) {
      const known = suspicions.get(fault) ?? { epochs: [], checkers: [] };
      known.epochs.push(hour);
      known.checkers.push(...verdict.agreeing);
      suspicions.set(fault, known);
      confirmations.push({ atHour: hour + CONFIRM_AFTER_HOURS, fault });
    }
  }
  return week;
}

function run({ nodeKind, checkers, friend, random, seed }: WeekOptions, epoch: number, weather: Parameters<typeof observe>[1], task: CheckTask): Verdict {
  const base = { epoch, seed: `${seed}/${epoch}`, checkers, tasks: [task] };
  const kinds = new Map(checkers.map(({ checkerId, kind }) => [checkerId, kind]));
  const reveals = committeeOf(base, task).map(({ checkerId }) => {
    const report: CheckReport = {
      type: "check.report", epoch, taskId: task.taskId, nodeId: task.nodeId, checkerId, atMs: epoch * 3_600_000,
      observation: observationOf(kinds.get(checkerId) ?? "honest"), signature: "",
    };
    return { report, salt: "salt" };
  });
  function observationOf(kind: CheckerKind) {
    if (kind === "lazy") return flatter();
    if (kind === "colluding") return friend ? flatter() : slander();
    return observe(nodeKind, weather, lineLossShare(random), random);
  }
  const set: PublishedSet = {
    ...base,
    reveals,
    seals: reveals.map(({ report, salt }) => ({
      type: "check.seal", epoch, taskId: task.taskId, checkerId: report.checkerId, digest: sealOf(report, salt), signature: "",
    })),
  };
  // Signatures are held to their contract elsewhere; a week has thousands of them.
  return referee(set, () => true)[0]!;
}
