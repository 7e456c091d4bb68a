// Brings a program's call to the process that owns the session, and from there to its node; the
// answer goes the same way back. Over the cluster's bus also where there is one process only.

import { AgentPiece, AgentRequest, AgentSecret } from "@nearframe/shared/agent/agent";
import type { Scope } from "@nearframe/shared/lifetime";
import { Id, type SignalCall, type SignalResult } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import type { Cluster } from "../cluster/ports.ts";

export type AgentAnswer = { ok: true; type: string; data: string } | { ok: false; code: string; message: string };

export type AgentCallsPorts = {
  cluster: Pick<Cluster, "bus" | "serverId">;
  /** Asks the session's node; undefined where this process does not own the session. */
  ask(sessionId: string, call: SignalCall): Promise<SignalResult> | undefined;
};

export interface AgentCalls {
  call(sessionId: string, secret: string, request: AgentRequest): Promise<AgentAnswer>;
}

const CALLS = "agent.calls";
const answersOf = (serverId: string): string => `agent.answers.${serverId}`;

const Call = z.object({ askerId: Id, number: z.int(), sessionId: Id, secret: AgentSecret, request: AgentRequest });
const Answer = z.object({
  number: z.int(),
  answer: z.discriminatedUnion("ok", [
    z.object({ ok: z.literal(true), type: z.string(), data: z.string() }),
    z.object({ ok: z.literal(false), code: z.string(), message: z.string() }),
  ]),
});

/** The longest action, and the way. */
const ANSWER_MS = 9_000;
/** So many of one process wait for an answer at most. */
const WAITING_MAX = 200;
/** The player's own calls to the node must not wait behind a program's. */
const PER_SESSION_MAX = 2;

export async function openAgentCalls({ cluster, ask }: AgentCallsPorts, scope: Scope): Promise<AgentCalls> {
  const { bus, serverId } = cluster;
  const waiting = new Map<number, (answer: AgentAnswer) => void>();
  const busy = new Map<string, number>();
  let lastNumber = 0;

  /** Undefined where another process has the session. */
  async function serve({ sessionId, secret, request }: z.infer<typeof Call>): Promise<AgentAnswer | undefined> {
    const count = busy.get(sessionId) ?? 0;
    const first = count >= PER_SESSION_MAX ? undefined : ask(sessionId, { call: "agent", secret, request });
    if (count >= PER_SESSION_MAX) return refused("AGENT_TOO_FAST", "wait for the answers to the calls before");
    if (!first) return undefined;
    busy.set(sessionId, count + 1);
    try {
      const result = await first;
      if (!result.ok) return { ok: false, code: result.code, message: result.message };
      const piece = z.safeParse(AgentPiece, result.value);
      if (!piece.success) return { ok: true, type: "application/json", data: Buffer.from("{}").toString("base64") };
      const parts = [Buffer.from(piece.data.data, "base64")];
      for (let index = 1; index < piece.data.pieces; index++) {
        const next = await ask(sessionId, { call: "agent", secret, request: { ask: "piece", index } });
        if (!next?.ok) return next ? { ok: false, code: next.code, message: next.message } : undefined;
        parts.push(Buffer.from(z.parse(AgentPiece, next.value).data, "base64"));
      }
      return { ok: true, type: piece.data.type, data: Buffer.concat(parts).toString("base64") };
    } finally {
      const left = (busy.get(sessionId) ?? 1) - 1;
      if (left > 0) busy.set(sessionId, left);
      else busy.delete(sessionId);
    }
  }

  await bus.subscribe(
    CALLS,
    Call,
    async (call) => {
      const answer = await serve(call);
      if (answer) bus.publish(answersOf(call.askerId), { number: call.number, answer });
    },
    scope,
  );
  await bus.subscribe(answersOf(serverId), Answer, ({ number, answer }) => waiting.get(number)?.(answer), scope);

  return {
    call(sessionId, secret, request) {
      if (waiting.size >= WAITING_MAX) return Promise.resolve(refused("AGENT_TOO_FAST", "the server has too many calls to answer; try again"));
      const number = (lastNumber += 1);
      return new Promise((resolve) => {
        // A session that nobody owns, and one whose node is silent, look the same from here.
        const timer = setTimeout(() => settle(refused("AGENT_NO_ANSWER", "no such session runs now, or its machine does not answer")), ANSWER_MS);
        const stop = () => settle(refused("AGENT_NO_ANSWER", "the server stops"));
        scope.signal.addEventListener("abort", stop, { once: true });
        const settle = (answer: AgentAnswer) => {
          clearTimeout(timer);
          scope.signal.removeEventListener("abort", stop);
          waiting.delete(number);
          resolve(answer);
        };
        waiting.set(number, settle);
        bus.publish(CALLS, { askerId: serverId, number, sessionId, secret, request });
      });
    },
  };
}

const refused = (code: string, message: string): AgentAnswer => ({ ok: false, code, message });
