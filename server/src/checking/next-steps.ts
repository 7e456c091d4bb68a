// What an epoch needs now: whom to ask, whom to ask in somebody's place, whether to have
// the reports opened. Pure.

import type { CheckKind } from "@nearframe/shared/checking/observation";
import { committeeOf } from "@nearframe/shared/checking/referee";
import { isWorking, type Epoch, type TaskState } from "./epoch.ts";
import { CHECKER_GRACE_MS, LOADS_PER_NODE_AT_ONCE, TASKS_PER_CHECKER_AT_ONCE, WORK_MS_MIN } from "./limits.ts";

export type Surroundings = {
  /** How long a play is watched. */
  watchMs: number;
  /** 0: its link is up. Infinity: nobody has heard of it since this server became the referee. */
  absentMs(checkerId: string): number;
  /** Undefined: it is not there. */
  node(nodeId: string): { slots: number; slotsFree: number } | undefined;
};

export type Step =
  | { type: "assign"; taskId: string; checkerId: string }
  | { type: "replace"; taskId: string; checkerId: string; reason: string }
  | { type: "ask-reveals" };

/** Beside one of these anything that a node does is measured as well; and a node that is played refuses benchmarks. */
const LOADING: ReadonlySet<CheckKind> = new Set(["simulated-player", "capacity", "registration"]);

export function nextSteps(epoch: Epoch, around: Surroundings, nowMs: number): Step[] {
  if (epoch.phase === "revealing") return [];
  if (nowMs >= epoch.opened.revealAtMs) return [{ type: "ask-reveals" }];
  const steps: Step[] = [];
  const busy = countWorking(epoch, nowMs);
  for (const state of epoch.tasks.values()) {
    if (nowMs < state.dueAtMs) continue;
    const { taskId } = state.task;
    for (const { checkerId } of state.committee) {
      if (state.seals.has(checkerId)) continue;
      const reason = whyReplaced(state, checkerId, around, nowMs);
      if (reason !== undefined) {
        if (hasSubstitute(epoch, state, checkerId, around)) steps.push({ type: "replace", taskId, checkerId, reason });
      } else if (!state.assigned.has(checkerId) && mayBegin(epoch, state, checkerId, busy, around, nowMs)) {
        steps.push({ type: "assign", taskId, checkerId });
        busy.add(state, checkerId);
      }
    }
  }
  return steps;
}

function whyReplaced(state: TaskState, checkerId: string, around: Surroundings, nowMs: number): string | undefined {
  const assigned = state.assigned.get(checkerId);
  if (assigned && nowMs >= assigned.untilMs) return "it was late";
  const waitedMs = nowMs - Math.max(state.dueAtMs, assigned?.atMs ?? 0);
  return Math.min(around.absentMs(checkerId), waitedMs) >= CHECKER_GRACE_MS ? "it was gone" : undefined;
}

/** Without one it is better to hear somebody late than nobody. Should the next in the draw be gone, it is replaced in its turn. */
function hasSubstitute({ opened }: Epoch, { task, committee }: TaskState, checkerId: string, around: Surroundings): boolean {
  const asked = new Set(committee.map((member) => member.checkerId));
  const gone = opened.checkers.flatMap((each) => (!asked.has(each.checkerId) && around.absentMs(each.checkerId) > 0 ? [each.checkerId] : []));
  const without = committeeOf(opened, { ...task, replaced: [...(task.replaced ?? []), ...gone, checkerId] });
  return without.some((member) => !asked.has(member.checkerId));
}

function mayBegin(epoch: Epoch, { task }: TaskState, checkerId: string, busy: Busy, around: Surroundings, nowMs: number): boolean {
  if (around.absentMs(checkerId) > 0 || busy.ofChecker(checkerId) >= TASKS_PER_CHECKER_AT_ONCE) return false;
  const plays = task.check === "simulated-player";
  const leastMs = WORK_MS_MIN[task.check] + (plays ? around.watchMs : 0);
  if (nowMs + leastMs > epoch.opened.revealAtMs) return false;
  if (!LOADING.has(task.check)) return true;
  if (busy.loadsOn(task.nodeId) >= LOADS_PER_NODE_AT_ONCE) return false;
  const node = around.node(task.nodeId);
  if (plays) return node !== undefined && node.slotsFree > 0;
  // One that went away as its benchmark came is asked all the same.
  return node === undefined || node.slotsFree >= node.slots;
}

type Busy = ReturnType<typeof countWorking>;

function countWorking(epoch: Epoch, nowMs: number) {
  const byChecker = new Map<string, number>();
  const loadsByNode = new Map<string, number>();
  const increase = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  function add({ task }: TaskState, checkerId: string): void {
    increase(byChecker, checkerId);
    if (LOADING.has(task.check)) increase(loadsByNode, task.nodeId);
  }
  for (const state of epoch.tasks.values()) {
    for (const checkerId of state.assigned.keys()) if (isWorking(state, checkerId, nowMs)) add(state, checkerId);
  }
  return {
    add,
    ofChecker: (checkerId: string) => byChecker.get(checkerId) ?? 0,
    loadsOn: (nodeId: string) => loadsByNode.get(nodeId) ?? 0,
  };
}

