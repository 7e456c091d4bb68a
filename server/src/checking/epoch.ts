// One epoch of checking as a value: what was planned, who was asked, what was sealed and
// opened. It is the sum of its events, which are kept, so that another server can go on
// where this one stopped. Pure, but that events are summed up in place: an epoch may have
// a hundred thousand of them.

import { committeeOf, isAsked } from "@nearframe/shared/checking/referee";
import { Assignment } from "@nearframe/shared/checking/assignment";
import { AuditRulesNumber, AuditSecret, PublishedTask } from "@nearframe/shared/checking/published";
import { CheckReveal, CheckSeal, Digest, EnrolledChecker, sealOf } from "@nearframe/shared/checking/report";
import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";

const Ms = z.number();

export const EpochOpened = z.object({
  type: z.literal("opened"),
  epoch: z.int().check(z.gte(0)),
  beganAtMs: Ms,
  /** Then seals are over, and reports are opened. */
  revealAtMs: Ms,
  endsAtMs: Ms,
  hour: z.int(),
  hourSeed: z.string(),
  previous: z.union([Digest, z.literal("")]),
  previousEpoch: z.optional(z.int()),
  seed: Digest,
  /** What draws the audits; left out where the epoch before told nothing of it. */
  auditSecret: z.optional(AuditSecret),
  auditRules: AuditRulesNumber,
  checkers: z.array(EnrolledChecker),
});
export type EpochOpened = z.infer<typeof EpochOpened>;

export const EpochEvent = z.discriminatedUnion("type", [
  EpochOpened,
  z.object({ type: z.literal("planned"), task: PublishedTask, dueAtMs: Ms, titleId: z.optional(Id) }),
  z.object({ type: z.literal("assigned"), taskId: Id, checkerId: Id, atMs: Ms, untilMs: Ms, assignment: Assignment, token: z.optional(z.string()), playerId: z.optional(Id) }),
  z.object({ type: z.literal("replaced"), taskId: Id, checkerId: Id, reason: z.string(), void: z.optional(z.literal(true)) }),
  z.object({ type: z.literal("sealed"), seal: CheckSeal }),
  z.object({ type: z.literal("reveal-asked") }),
  z.object({ type: z.literal("revealed"), reveal: CheckReveal }),
]);
export type EpochEvent = z.infer<typeof EpochEvent>;
export type Assigned = Extract<EpochEvent, { type: "assigned" }>;

export type TaskState = {
  task: PublishedTask;
  dueAtMs: number;
  titleId: string | undefined;
  /** In the order in which they are asked. */
  committee: readonly EnrolledChecker[];
  /** By checker. */
  assigned: Map<string, Assigned>;
  seals: Map<string, CheckSeal>;
  reveals: Map<string, CheckReveal>;
};

export type Epoch = {
  readonly opened: EpochOpened;
  phase: "sealing" | "revealing";
  readonly tasks: Map<string, TaskState>;
};

export function openEpoch(opened: EpochOpened): Epoch {
  return { opened, phase: "sealing", tasks: new Map() };
}

/** Throws for what can't have happened: then what was kept is not this epoch's. */
export function applyEvent(epoch: Epoch, event: EpochEvent): void {
  if (event.type === "opened") throw new Error(`epoch ${epoch.opened.epoch} was opened twice`);
  if (event.type === "reveal-asked") {
    epoch.phase = "revealing";
    return;
  }
  if (event.type === "planned") {
    const { task, dueAtMs, titleId } = event;
    const committee = committeeOf(epoch.opened, task);
    epoch.tasks.set(task.taskId, { task, dueAtMs, titleId, committee, assigned: new Map(), seals: new Map(), reveals: new Map() });
    return;
  }
  const { taskId, checkerId } = subjectOf(event);
  const state = epoch.tasks.get(taskId);
  if (!state) throw new Error(`there is no task ${taskId} in epoch ${epoch.opened.epoch}`);
  switch (event.type) {
    case "assigned":
      state.assigned.set(checkerId, event);
      return;
    case "replaced":
      state.task = {
        ...state.task,
        replaced: [...(state.task.replaced ?? []), checkerId],
        ...(event.void && { voided: [...(state.task.voided ?? []), checkerId] }),
      };
      state.committee = committeeOf(epoch.opened, state.task);
      return;
    case "sealed":
      state.seals.set(checkerId, event.seal);
      return;
    case "revealed":
      state.reveals.set(checkerId, event.reveal);
  }
}

function subjectOf(event: Exclude<EpochEvent, { type: "opened" | "planned" | "reveal-asked" }>): { taskId: string; checkerId: string } {
  if (event.type === "sealed") return event.seal;
  return event.type === "revealed" ? event.reveal.report : event;
}

/** Why a seal is not taken; undefined where it is, and "again" where it is here already. */
export function refuseSeal({ opened, phase, tasks }: Epoch, seal: CheckSeal): string | undefined {
  const state = tasks.get(seal.taskId);
  if (seal.epoch !== opened.epoch || !state) return "there is no such task in this epoch";
  const known = state.seals.get(seal.checkerId);
  if (known) return known.digest === seal.digest ? "again" : "a report is sealed once";
  if (phase !== "sealing") return "the seals of this epoch are over";
  if (!isOf(state, seal.checkerId)) return "somebody else does this task now";
  return undefined;
}

export function refuseReveal({ opened, phase, tasks }: Epoch, { report, salt }: CheckReveal): string | undefined {
  const state = tasks.get(report.taskId);
  if (report.epoch !== opened.epoch || !state) return "there is no such task in this epoch";
  if (state.reveals.has(report.checkerId)) return "again";
  if (phase !== "revealing") return "it is too early to open a report";
  if (report.nodeId !== state.task.nodeId || !isAsked(state.task, report.observation)) return "the report is of something else than the task";
  const seal = state.seals.get(report.checkerId);
  if (!seal || seal.digest !== sealOf(report, salt)) return "the report is not what was sealed";
  return undefined;
}

/** It is in the committee, and was asked. */
export function isOf({ committee, assigned }: TaskState, checkerId: string): boolean {
  return assigned.has(checkerId) && committee.some((member) => member.checkerId === checkerId);
}

/** Asked, and neither sealed nor late. */
export function isWorking(state: TaskState, checkerId: string, nowMs: number): boolean {
  const assigned = state.assigned.get(checkerId);
  return assigned !== undefined && nowMs < assigned.untilMs && isOf(state, checkerId) && !state.seals.has(checkerId);
}
