// What follows from an epoch's verdicts: for nodes (suspicion, quarantine, return, appeal),
// and for those who reported (trust, bans). Pure.
//
// A routine verdict alone costs a host nothing but points. What no load and no network
// explains becomes a suspicion; only a fresh committee of eleven, eight of them agreeing,
// makes a penalty of it, and the way back is part of it from the beginning.

import { faultsIn, type Fault } from "@nearframe/shared/checking/criteria";
import type { PublishedEpoch, PublishedTask } from "@nearframe/shared/checking/published";
import type { Verdict } from "@nearframe/shared/checking/referee";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import { recordAgreement } from "@nearframe/shared/checking/trust";
import { BAN_MS, CLEARS_TO_RETURN, ERRORS_KEPT_MS, ERRORS_TO_BAN, REST_MS, REST_MS_MAX, SUSPICION_KEPT_MS, VOIDS_KEPT_MS, VOIDS_TO_REST } from "./limits.ts";
import { checkOf, isHonesty } from "./plan-tasks.ts";
import { newReporter, newStanding, type NodeStanding, type Reporter, type Suspicion } from "./standing.ts";

export type Order =
  | { type: "keep-out"; nodeId: string; reason: string }
  | { type: "let-in"; nodeId: string }
  /** What it claimed when it registered is borne out, or is not: then `reason` is for its host. */
  | { type: "registered"; nodeId: string; reason: string | undefined };

export type Concluded = {
  standings: NodeStanding[];
  reporters: Reporter[];
  orders: Order[];
  /** Penalties that an appeal has undone: they cost nothing any more. */
  overturned: { nodeId: string; taskId: string }[];
};

type Judged = Pick<PublishedEpoch, "epoch" | "tasks" | "verdicts" | "reveals" | "endedAtMs">;

export function conclude(judged: Judged, standings: ReadonlyMap<string, NodeStanding>, reporters: ReadonlyMap<string, Reporter>): Concluded {
  const tasks = new Map(judged.tasks.map((task) => [task.taskId, task as PublishedTask]));
  const changed = new Map<string, NodeStanding>();
  const heard = new Map<string, Reporter>();
  const orders: Order[] = [];
  const overturned: Concluded["overturned"] = [];
  const faultsSeen = new Map(judged.reveals.map(({ report }) => [`${report.taskId} ${report.checkerId}`, faultsIn(report.observation)]));
  const atMs = judged.endedAtMs;

  for (const { voided } of judged.tasks) {
    for (const checkerId of voided ?? []) heard.set(checkerId, noteVoid(heard.get(checkerId) ?? reporters.get(checkerId) ?? newReporter(checkerId, atMs), atMs));
  }
  for (const verdict of judged.verdicts) {
    const task = tasks.get(verdict.taskId);
    if (!task) continue;
    for (const [checkerId, agreed] of [...verdict.agreeing.map((id) => [id, true] as const), ...verdict.dissenting.map((id) => [id, false] as const)]) {
      const before = heard.get(checkerId) ?? reporters.get(checkerId) ?? newReporter(checkerId, atMs);
      const wrong = !agreed && isPlainlyWrong(task, verdict, faultsSeen.get(`${task.taskId} ${checkerId}`) ?? []);
      heard.set(checkerId, judgeReporter(before, agreed, wrong, atMs));
    }
    if (task.audit !== undefined) continue;
    const before = changed.get(task.nodeId) ?? standings.get(task.nodeId) ?? newStanding(task.nodeId);
    const step = task.kind === "penalty" ? afterPenalty(before, task, verdict, atMs) : afterRoutine(before, task, verdict, judged.epoch, atMs);
    changed.set(task.nodeId, step.standing);
    orders.push(...step.orders);
    if (step.overturned !== undefined) overturned.push({ nodeId: task.nodeId, taskId: step.overturned });
  }
  return { standings: [...changed.values()], reporters: [...heard.values()], orders, overturned };
}

type AfterVerdict = { standing: NodeStanding; orders: Order[]; overturned?: string };

function afterRoutine(before: NodeStanding, task: PublishedTask, verdict: Verdict, epoch: number, atMs: number): AfterVerdict {
  const { nodeId } = before;
  const orders: Order[] = [];
  let standing: NodeStanding = { ...before, lastAtMs: { ...before.lastAtMs, [task.check]: atMs } };
  if (task.check === "registration" && standing.registration?.outcome === "wanted") {
    // Too few reports hold no newcomer up.
    const reason = verdict.outcome === "faulty" ? `checkers found: ${verdict.faults.join(", ")}` : undefined;
    const outcome = reason === undefined ? "passed" : "failed";
    standing = { ...standing, registration: { claims: standing.registration.claims, outcome, ...(reason !== undefined && { reason }), atMs } };
    orders.push({ type: "registered", nodeId, reason });
  }
  if (verdict.outcome === "undecided") return { standing, orders };
  // How a node does in a codec that it would not have chosen settles nothing else.
  if (task.codec !== undefined) {
    return { standing: { ...standing, codecs: codecsAfter(standing.codecs, task.codec, verdict, atMs), suspicions: suspicionsAfter(standing.suspicions, verdict, epoch, atMs) }, orders };
  }
  const { look } = standing;
  // What the committee found stands in its verdict, and nothing else is left of it.
  if (task.check === "simulated-player" && look?.state === "wanted") standing = { ...standing, look: { ...look, state: "done", atMs } };
  standing = { ...standing, suspicions: suspicionsAfter(standing.suspicions, verdict, epoch, atMs) };
  const { quarantine } = standing;
  if (!quarantine || checkOf(quarantine.fault) !== task.check) return { standing, orders };
  const clears = verdict.faults.includes(quarantine.fault) ? 0 : quarantine.clears + 1;
  if (clears < CLEARS_TO_RETURN) return { standing: { ...standing, quarantine: { ...quarantine, clears } }, orders };
  const { quarantine: _over, ...free } = standing;
  return { standing: { ...free, suspicions: [] }, orders: [...orders, { type: "let-in", nodeId }] };
}

function codecsAfter({ shown, failed }: NonNullable<NodeStanding["codecs"]> = { shown: [], failed: [] }, codec: VideoCodec, { faults }: Verdict, atMs: number): NodeStanding["codecs"] {
  const others = failed.filter((each) => each.codec !== codec);
  if (faults.includes("codec-unplayed")) return { shown: shown.filter((each) => each !== codec), failed: [...others, { codec, atMs }] };
  return { shown: [...new Set([...shown, codec])], failed: others };
}

function suspicionsAfter(suspicions: readonly Suspicion[], verdict: Verdict, epoch: number, atMs: number): Suspicion[] {
  const kept = suspicions.filter(({ lastAtMs }) => atMs - lastAtMs < SUSPICION_KEPT_MS);
  const byFault = new Map(kept.map((suspicion) => [suspicion.fault, suspicion]));
  for (const fault of verdict.faults.filter(isHonesty)) {
    const known = byFault.get(fault);
    byFault.set(fault, {
      fault,
      epochs: [...new Set([...(known?.epochs ?? []), epoch])].slice(-20),
      checkers: [...new Set([...(known?.checkers ?? []), ...verdict.agreeing])].slice(-100),
      lastAtMs: atMs,
    });
  }
  return [...byFault.values()];
}

function afterPenalty(before: NodeStanding, task: PublishedTask, verdict: Verdict, atMs: number): AfterVerdict {
  const { nodeId } = before;
  const { fault } = task;
  // Too few came: the question stays, and is asked again.
  if (verdict.outcome === "undecided" || fault === undefined) return { standing: before, orders: [] };
  const suspicions = before.suspicions.filter((suspicion) => suspicion.fault !== fault);
  if (task.appeal) {
    if (!before.quarantine || !before.appeal) return { standing: before, orders: [] };
    if (verdict.outcome === "faulty") return { standing: { ...before, appeal: { ...before.appeal, state: "rejected" } }, orders: [] };
    const { quarantine, ...free } = before;
    return {
      standing: { ...free, suspicions, appeal: { ...before.appeal, state: "upheld" } },
      orders: [{ type: "let-in", nodeId }],
      overturned: quarantine.taskId,
    };
  }
  if (verdict.outcome === "clear") return { standing: { ...before, suspicions }, orders: [] };
  const reason = `${verdict.agreeing.length} of ${verdict.agreeing.length + verdict.dissenting.length} checkers of a fresh committee found: ${fault}`;
  const { appeal: _old, ...rest } = before;
  const quarantine = { fault, reason, epoch: verdict.epoch, taskId: task.taskId, checkers: [...(task.earlierCheckers ?? []), ...verdict.agreeing, ...verdict.dissenting].slice(-100), sinceMs: atMs, clears: 0 };
  return { standing: { ...rest, suspicions, quarantine }, orders: [{ type: "keep-out", nodeId, reason }] };
}

/** Bad luck explains that one checker saw a slow start; nothing explains seeing deceit where there is none, or missing what was put there. */
function isPlainlyWrong(task: PublishedTask, verdict: Verdict, seen: readonly Fault[]): boolean {
  if (task.audit !== undefined) return true;
  const claimed = new Set(seen.filter(isHonesty));
  const decided = new Set(verdict.faults.filter(isHonesty));
  const lone = verdict.dissenting.length * 2 < verdict.agreeing.length;
  return lone && ([...claimed].some((fault) => !decided.has(fault)) || [...decided].some((fault) => !claimed.has(fault)));
}

export function judgeReporter(before: Reporter, agreed: boolean, wrong: boolean, atMs: number): Reporter {
  const { agreed: yes, disagreed: no, atMs: nowMs } = recordAgreement(before, agreed, atMs);
  const errorsAtMs = [...before.errorsAtMs, ...(wrong ? [atMs] : [])].filter((each) => atMs - each < ERRORS_KEPT_MS);
  const banned = errorsAtMs.length >= ERRORS_TO_BAN;
  return {
    reporterId: before.reporterId,
    ...(before.voidsAtMs && { voidsAtMs: before.voidsAtMs }),
    agreed: yes,
    disagreed: no,
    atMs: nowMs,
    // Those that it has been banned for are paid for.
    errorsAtMs: banned ? [] : errorsAtMs,
    ...(banned ? { bannedUntilMs: atMs + BAN_MS } : before.bannedUntilMs !== undefined && { bannedUntilMs: before.bannedUntilMs }),
  };
}

/** It says nothing about its honesty: a machine that stands still now and then, and says so, is as true as any. */
function noteVoid(before: Reporter, atMs: number): Reporter {
  return { ...before, voidsAtMs: [...(before.voidsAtMs ?? []).filter((each) => atMs - each < VOIDS_KEPT_MS), atMs].slice(-VOIDS_NOTED_MAX) };
}

/** More make no difference. */
const VOIDS_NOTED_MAX = VOIDS_TO_REST + REST_MS_MAX / REST_MS;

/** Until then it is left out of epochs: an hour after the third void within a day, two after the fourth, and so on. */
export function restsUntilMs({ voidsAtMs = [] }: Pick<Reporter, "voidsAtMs">): number {
  const newestMs = voidsAtMs.at(-1) ?? 0;
  const lately = voidsAtMs.filter((each) => newestMs - each < VOIDS_KEPT_MS).length;
  return lately < VOIDS_TO_REST ? 0 : newestMs + Math.min(REST_MS_MAX, (lately - VOIDS_TO_REST + 1) * REST_MS);
}
