import { afterEach, expect, test } from "vitest";
import type { AgentRequest } from "@nearframe/shared/agent/agent";
import { Scope } from "@nearframe/shared/lifetime";
import type { SignalCall, SignalResult } from "@nearframe/shared/protocol/media";
import type { Bus } from "../cluster/ports.ts";
import { openAgentCalls } from "./agent-calls.ts";

const SECRET = "abcdefghijklmnopqrstuvwxyz012345";
const TAP: AgentRequest = { ask: "act", act: { action: "tap", at: { x: 1, y: 2 } } };

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

/** Two processes that hear each other. */
function makeBus(): Bus {
  const handlers = new Map<string, ((message: never) => void | Promise<void>)[]>();
  return {
    publish(subject, message) {
      queueMicrotask(() => handlers.get(subject)?.forEach((handle) => void handle(message as never)));
    },
    async subscribe(subject, _schema, handler) {
      handlers.set(subject, [...(handlers.get(subject) ?? []), handler as (message: never) => void]);
    },
  };
}

async function rig(answer: (call: Extract<SignalCall, { call: "agent" }>) => SignalResult) {
  const bus = makeBus();
  const asked: SignalCall[] = [];
  const ask = (sessionId: string, call: SignalCall) => {
    if (sessionId !== "s1" || call.call !== "agent") return undefined;
    asked.push(call);
    return Promise.resolve(answer(call));
  };
  const here = await openAgentCalls({ cluster: { bus, serverId: "a" }, ask: () => undefined }, scope);
  await openAgentCalls({ cluster: { bus, serverId: "b" }, ask }, scope);
  return { here, asked };
}

test("a call reaches the process that owns the session, and its node", async () => {
  const { here, asked } = await rig(() => ({ ok: true, value: {} }));
  expect(await here.call("s1", SECRET, TAP)).toMatchObject({ ok: true, type: "application/json" });
  expect(asked).toEqual([{ call: "agent", secret: SECRET, request: TAP }]);
});

test("pieces become a whole", async () => {
  const whole = ["first ", "second ", "third"];
  const { here } = await rig(({ request }) => ({
    ok: true,
    value: { type: "text/plain", pieces: 3, data: Buffer.from(whole[request.ask === "piece" ? request.index : 0] ?? "").toString("base64") },
  }));
  const answer = await here.call("s1", SECRET, { ask: "screen" });
  expect(answer.ok && Buffer.from(answer.data, "base64").toString()).toBe("first second third");
});

test("the node's refusal is the program's", async () => {
  const { here } = await rig(() => ({ ok: false, code: "AGENT_NOT_GRANTED", message: "taken back" }));
  expect(await here.call("s1", SECRET, TAP)).toEqual({ ok: false, code: "AGENT_NOT_GRANTED", message: "taken back" });
});

test("who waits hears when the server stops", async () => {
  const { here } = await rig(() => ({ ok: true, value: {} }));
  const lost = here.call("nobody's", SECRET, TAP);
  await scope.close();
  expect(await lost).toMatchObject({ ok: false, code: "AGENT_NO_ANSWER" });
});
