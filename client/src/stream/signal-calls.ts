// Questions to the node, carried by the server: each gets an answer or, within a
// limit, an error.

import type { Scope } from "@nearframe/shared/lifetime";
import type { SignalCall, SignalResult } from "@nearframe/shared/protocol/media";
import type { Timers } from "../timers.ts";

export const CALL_TIMEOUT_MS = 10_000;

export class SignalError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "SignalError";
    this.code = code;
  }
}

export type CallNode = (signal: SignalCall) => Promise<Record<string, unknown>>;

export interface SignalCalls {
  /** To the node that made the offer of this epoch. */
  to(epoch: number): CallNode;
  handleReply(callId: number, result: SignalResult): void;
}

type Pending = { settle(result: SignalResult): void };

/** `send` says whether the call left; calls of one session share one counter. */
export function createSignalCalls(
  scope: Scope,
  ports: { send(epoch: number, callId: number, signal: SignalCall): boolean; timers: Timers },
): SignalCalls {
  const pending = new Map<number, Pending>();
  let lastCallId = 0;

  scope.own(pending, () => {
    for (const { settle } of pending.values()) {
      settle({ ok: false, code: "CLOSED", message: "the session ended before the node answered" });
    }
  });

  return {
    to: (epoch) => (signal) =>
      new Promise((resolve, reject) => {
        const callId = (lastCallId += 1);
        const stopTimer = ports.timers.after(CALL_TIMEOUT_MS, () =>
          settle({ ok: false, code: "TIMEOUT", message: `the node did not answer ${signal.call} in time` }),
        );
        const settle = (result: SignalResult) => {
          if (!pending.delete(callId)) return;
          stopTimer();
          if (result.ok) resolve(result.value);
          else reject(new SignalError(result.code, result.message));
        };
        pending.set(callId, { settle });
        if (!ports.send(epoch, callId, signal)) {
          settle({ ok: false, code: "CONTROL_LOST", message: `the server could not be reached for ${signal.call}` });
        }
      }),
    handleReply(callId, result) {
      // A reply after its time limit finds nobody waiting.
      pending.get(callId)?.settle(result);
    },
  };
}
