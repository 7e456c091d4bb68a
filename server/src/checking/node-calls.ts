// Questions of checkers to nodes: passed on from the checker's home to the node, and back.
// Only to the node of a task that the checker has now, and so many at once.

import type { Bend } from "@nearframe/shared/checking/audits";
import type { CheckResult } from "@nearframe/shared/checking/node-calls";
import type { Scope } from "@nearframe/shared/lifetime";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import type { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { bendAnswer } from "./bend-answer.ts";
import { NODE_CALL_MS, NODE_CALLS_OUTSTANDING_MAX } from "./limits.ts";

type Call = Extract<CheckerToServer, { type: "checker.node.call" }>;
type Reply = Extract<ServerToChecker, { type: "checker.node.reply" }>;

export type NodeCallsPorts = { send(nodeId: string, message: ServerToNode): boolean; newId(): string; bendSecret: string };

export type NodeCalls = ReturnType<typeof createNodeCalls>;

export function createNodeCalls({ send, newId, bendSecret }: NodeCallsPorts, scope: Scope) {
  /** By checker and node: until when, on this process's steady clock, and how answers are bent in an audit. */
  const allowed = new Map<string, { untilMs: number; bend: Bend | undefined }>();
  const waiting = new Map<string, { nodeId: string; checkerId: string; reply(result: CheckResult): void; timer: NodeJS.Timeout }>();
  scope.own(waiting, () => {
    for (const { timer } of waiting.values()) clearTimeout(timer);
    waiting.clear();
  });
  const keyOf = (checkerId: string, nodeId: string) => `${checkerId} ${nodeId}`;

  function allow(checkerId: string, nodeId: string, forMs: number, bend?: Bend): void {
    const nowMs = performance.now();
    for (const [key, { untilMs }] of allowed) if (untilMs <= nowMs) allowed.delete(key);
    allowed.set(keyOf(checkerId, nodeId), { untilMs: nowMs + forMs, bend });
  }

  function ask(checkerId: string, { callId, nodeId, call }: Call, answer: (reply: Reply) => void): void {
    const refuse = (code: string, message: string) => answer({ type: "checker.node.reply", callId, result: { ok: false, code, message } });
    const permit = allowed.get(keyOf(checkerId, nodeId));
    if (!permit || permit.untilMs <= performance.now()) return refuse("NOT_YOUR_TASK", "you have no task at this node now");
    const outstanding = [...waiting.values()].filter((each) => each.checkerId === checkerId).length;
    if (outstanding >= NODE_CALLS_OUTSTANDING_MAX) return refuse("CALLS_TOO_MANY", `${NODE_CALLS_OUTSTANDING_MAX} questions wait for an answer already`);
    // The checker's own number would tell a node who asks.
    const passedId = newId();
    const settle = (result: CheckResult) => {
      clearTimeout(timer);
      waiting.delete(passedId);
      answer({ type: "checker.node.reply", callId, result: permit.bend ? bendAnswer(result, permit.bend, bendSecret) : result });
    };
    const timer = setTimeout(() => settle({ ok: false, code: "NODE_SILENT", message: "the node did not answer in time" }), NODE_CALL_MS);
    waiting.set(passedId, { nodeId, checkerId, reply: settle, timer });
    if (!send(nodeId, { type: "check.call", callId: passedId, call })) settle({ ok: false, code: "NODE_GONE", message: "the node has no link now" });
  }

  return {
    allow,
    ask,
    /** From whichever process the node hangs at. */
    handleAnswer(nodeId: string, callId: string, result: CheckResult): void {
      const call = waiting.get(callId);
      if (call?.nodeId === nodeId) call.reply(result);
    },
  };
}
