// Each kind of task, and who performs it.

import type { Assignment } from "@nearframe/shared/checking/assignment";
import type { AnswerTo, CheckCall } from "@nearframe/shared/checking/node-calls";
import type { Observation } from "@nearframe/shared/checking/observation";
import type { Scope } from "@nearframe/shared/lifetime";
import { perform } from "../checks/perform.ts";
import { NodeRefusedError, type CheckPorts } from "../checks/ports.ts";
import { CheckVoidError } from "../play/play-title.ts";
import type { CallNode } from "./duty.ts";

export type PerformPorts = Omit<CheckPorts, "callNode">;

export function createPerform(ports: PerformPorts) {
  return (assignment: Assignment, { token, callNode }: { token: string | undefined; callNode: CallNode }, scope: Scope): Promise<Observation> => {
    const of: CheckPorts = { ...ports, play: { ...ports.play, token }, callNode: asking(callNode) };
    return perform(assignment, of, scope);
  };
}

/** A refusal by the node is an observation; one by the server, or a question that got lost, is none. */
const NOT_THE_NODES: ReadonlySet<string> = new Set(["NOT_YOUR_TASK", "CALLS_TOO_MANY", "CHECK_OVER"]);

function asking(callNode: CallNode): CheckPorts["callNode"] {
  return async <C extends CheckCall["call"]>(nodeId: string, call: Extract<CheckCall, { call: C }>, timeoutMs: number): Promise<AnswerTo<C>> => {
    const result = await callNode(nodeId, call, timeoutMs);
    if (!result.ok) throw NOT_THE_NODES.has(result.code) ? new CheckVoidError(result.message) : new NodeRefusedError(result.message, result.code);
    const { answer } = result;
    if (answer.call !== call.call) throw new NodeRefusedError(`the node answered ${answer.call} to ${call.call}`);
    return answer as AnswerTo<C>;
  };
}
