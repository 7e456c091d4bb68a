// A checker's duty: does the tasks that it is given, seals what it found, and opens it
// when all seals are in. It keeps what it has said until the server has noted it.

import { randomBytes } from "node:crypto";
import { whyVoid } from "@nearframe/shared/checking/criteria";
import { sealOf, type CheckReport, type CheckSeal } from "@nearframe/shared/checking/report";
import type { Observation } from "@nearframe/shared/checking/observation";
import type { Assignment } from "@nearframe/shared/checking/assignment";
import type { CheckCall, CheckResult } from "@nearframe/shared/checking/node-calls";
import type { Scope } from "@nearframe/shared/lifetime";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import type { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import type { CheckerIdentity } from "../identity.ts";

export type CallNode = (nodeId: string, call: CheckCall, timeoutMs: number) => Promise<CheckResult>;

export type DutyPorts = {
  identity: CheckerIdentity;
  send(message: CheckerToServer): void;
  /** Rejects where nothing can be said about the node. MUST end when the scope does. */
  perform(assignment: Assignment, about: { token: string | undefined; callNode: CallNode }, scope: Scope): Promise<Observation>;
  wallMs(): number;
  /** What it does, in a sentence for whoever runs it. */
  onNote(note: string): void;
};

type Task = Extract<ServerToChecker, { type: "checker.task" }>;
type Duty = {
  task: Task;
  scope: Scope;
  sealed?: { seal: CheckSeal; report: CheckReport; salt: string };
  asked: boolean;
  noted: "nothing" | "seal" | "reveal";
};

export type CheckerDuty = ReturnType<typeof createDuty>;

/** Several would measure this machine in place of the node. */
const TASKS_AT_ONCE_MAX = 4;
/** Of this epoch and the one before. */
const TASKS_KEPT_MAX = 500;
const SAY_AGAIN_MS = 3_000;
const SALT_BYTES = 24;
const REASON_LENGTH_MAX = 300;

/** What was measured is this machine as much as the node. */
class StalledError extends Error {
  readonly code = "CHECKER_STALLED";
}

export function createDuty(ports: DutyPorts, scope: Scope) {
  const { identity, send, perform, onNote } = ports;
  const { checkerId } = identity;
  const duties = new Map<string, Duty>();
  const calls = new Map<string, (result: CheckResult) => void>();
  let callNumber = 0;
  scope.own(setInterval(sayAgain, SAY_AGAIN_MS), clearInterval);

  function handle(message: ServerToChecker): void {
    switch (message.type) {
      case "checker.task":
        return begin(message);
      case "checker.task.void": {
        const duty = duties.get(message.taskId);
        if (duty) onNote(`${message.taskId} is somebody else's now: ${message.reason}`);
        duties.delete(message.taskId);
        return void duty?.scope.close("somebody else does it");
      }
      case "checker.reveal.ask":
        for (const duty of duties.values()) if (duty.task.epoch === message.epoch) reveal(duty);
        return;
      case "checker.noted": {
        const duty = duties.get(message.taskId);
        if (duty && duty.task.epoch === message.epoch) duty.noted = message.what;
        return;
      }
      case "checker.refused":
        onNote(`${message.taskId}: the ${message.what} was refused: ${message.reason}`);
        return void duties.delete(message.taskId);
      case "checker.node.reply":
        return calls.get(message.callId)?.(message.result);
      default:
        return;
    }
  }

  function begin(task: Task): void {
    const { taskId, epoch } = task;
    const known = duties.get(taskId);
    // The server can't know that it was heard.
    if (known) return sayOne(known);
    forgetOld(epoch);
    const running = [...duties.values()].filter(({ sealed, scope: { closed } }) => !sealed && !closed).length;
    if (running >= TASKS_AT_ONCE_MAX || duties.size >= TASKS_KEPT_MAX) {
      return send({ type: "checker.failed", epoch, taskId, reason: "this checker has enough to do" });
    }
    const duty: Duty = { task, scope: scope.child(), asked: false, noted: "nothing" };
    duties.set(taskId, duty);
    void work(duty);
  }

  async function work(duty: Duty): Promise<void> {
    const { task: { taskId, epoch, assignment, token, withinMs }, scope: mine } = duty;
    const late = setTimeout(() => void mine.close("it took too long"), withinMs);
    mine.own(late, clearTimeout);
    onNote(`${taskId}: ${assignment.kind} of ${assignment.nodeId}`);
    try {
      const observation = await perform(assignment, { token, callNode: callNodeFor(taskId, mine) }, mine);
      if (duties.get(taskId) !== duty) return;
      const stalled = whyVoid(observation);
      if (stalled !== undefined) throw new StalledError(stalled);
      const report = identity.signed({
        type: "check.report" as const, epoch, taskId, nodeId: assignment.nodeId, checkerId, atMs: ports.wallMs(), observation,
      });
      const salt = randomBytes(SALT_BYTES).toString("base64url");
      const seal = identity.signed({ type: "check.seal" as const, epoch, taskId, checkerId, digest: sealOf(report, salt) });
      duty.sealed = { seal, report, salt };
      sayOne(duty);
    } catch (error) {
      if (duties.get(taskId) !== duty) return;
      const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_LENGTH_MAX);
      onNote(`${taskId}: nothing can be said: ${reason}`);
      duties.delete(taskId);
      send({ type: "checker.failed", epoch, taskId, reason, ...(error instanceof StalledError && { void: true }) });
    } finally {
      await mine.close("the task is over");
    }
  }

  function callNodeFor(taskId: string, mine: Scope): CallNode {
    return (nodeId, call, timeoutMs) => {
      const callId = `${taskId}.${(callNumber += 1)}`.slice(-64);
      return new Promise((resolve) => {
        const settle = (result: CheckResult) => {
          clearTimeout(timer);
          calls.delete(callId);
          resolve(result);
        };
        const timer = setTimeout(() => settle({ ok: false, code: "NODE_SILENT", message: "the node did not answer in time" }), timeoutMs);
        mine.own(settle, () => settle({ ok: false, code: "CHECK_OVER", message: "the check is over" }));
        calls.set(callId, settle);
        send({ type: "checker.node.call", callId, taskId, nodeId, call });
      });
    };
  }

  function reveal(duty: Duty): void {
    duty.asked = true;
    sayOne(duty);
  }

  function sayOne({ sealed, asked, noted }: Duty): void {
    if (!sealed) return;
    if (asked && noted !== "reveal") send({ type: "checker.reveal", reveal: { report: sealed.report, salt: sealed.salt } });
    else if (noted === "nothing") send({ type: "checker.seal", seal: sealed.seal });
  }

  function sayAgain(): void {
    for (const duty of duties.values()) sayOne(duty);
  }

  function forgetOld(epoch: number): void {
    for (const [taskId, duty] of duties) {
      if (duty.task.epoch >= epoch - 1) continue;
      duties.delete(taskId);
      void duty.scope.close("its epoch is over");
    }
  }

  return { handle, sayAgain };
}
