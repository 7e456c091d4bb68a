// Questions to the node, carried by the server: each gets an answer or, within a limit, an error.

import type { Scope } from "@nearframe/shared/lifetime";
import type { SignalCall, SignalResult } from "@nearframe/shared/protocol/media";
import type { CallNode } from "../path/ports.ts";

const CALL_TIMEOUT_MS = 10_000;

export interface SignalCalls {
  to(sessionId: string, epoch: number): CallNode;
  handleReply(callId: number, result: SignalResult): void;
}

export function createSignalCalls(
  send: (message: { type: "session.signal"; sessionId: string; epoch: number; callId: number; signal: SignalCall }) => void,
  scope: Scope,
): SignalCalls {
  const pending = new Map<number, (result: SignalResult) => void>();
  let lastCallId = 0;
  scope.own(pending, () => {
    for (const settle of [...pending.values()]) settle({ ok: false, code: "CLOSED", message: "the check ended before the node answered" });
  });
  return {
    to: (sessionId, epoch) => (signal) =>
      new Promise((resolve, reject) => {
        const callId = (lastCallId += 1);
        const timer = setTimeout(
          () => settle({ ok: false, code: "TIMEOUT", message: `the node did not answer ${signal.call} in time` }), CALL_TIMEOUT_MS,
        );
        const settle = (result: SignalResult) => {
          if (!pending.delete(callId)) return;
          clearTimeout(timer);
          if (result.ok) resolve(result.value);
          else reject(new Error(result.message));
        };
        pending.set(callId, settle);
        send({ type: "session.signal", sessionId, epoch, callId, signal });
      }),
    handleReply: (callId, result) => pending.get(callId)?.(result),
  };
}
