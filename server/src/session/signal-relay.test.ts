import type { SignalCall } from "@nearframe/shared/protocol/media";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SIGNAL_MS, SIGNALS_OUTSTANDING_MAX } from "./limits.ts";
import { createSignalRelay } from "./signal-relay.ts";

const signal: SignalCall = { call: "transport.restart-ice", transportId: "t1" };
const ok = { ok: true, value: { done: 1 } } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function relayWith({ linked = true } = {}) {
  const scope = new Scope();
  const sent: Extract<ServerToNode, { type: "session.signal" }>[] = [];
  const relay = createSignalRelay(
    {
      send(_nodeId, message) {
        if (linked && message.type === "session.signal") sent.push(message);
        return linked;
      },
    },
    scope,
  );
  return { relay, sent, scope };
}

function peer() {
  const replies: unknown[] = [];
  return {
    playerId: "p1",
    tabId: undefined,
    place: { address: undefined, timeZone: undefined },
    replies,
    send: (message: { type: string; callId?: number; result?: unknown }) =>
      void replies.push([message.callId, (message.result as { code?: string }).code ?? message.result]),
  };
}

test("the answer reaches the socket that asked, under its own number", () => {
  const { relay, sent } = relayWith();
  const [phone, laptop] = [peer(), peer()];
  relay.call(phone, "s1", 5, "n1", 1, signal);
  relay.call(laptop, "s2", 6, "n1", 1, signal);
  expect(sent[0]!.callId).not.toBe(sent[1]!.callId);
  relay.reply("n1", "s2", sent[1]!.callId, ok);
  relay.reply("n1", "s1", sent[0]!.callId, ok);
  expect(phone.replies).toEqual([[1, ok]]);
  expect(laptop.replies).toEqual([[1, ok]]);
  expect(vi.getTimerCount()).toBe(0);
});

test("answers from another node, for another session, or twice are dropped", () => {
  const { relay, sent } = relayWith();
  const phone = peer();
  relay.call(phone, "s1", 5, "n1", 7, signal);
  relay.reply("n2", "s1", sent[0]!.callId, ok);
  relay.reply("n1", "s2", sent[0]!.callId, ok);
  relay.reply("n1", "s1", 999, ok);
  expect(phone.replies).toEqual([]);
  relay.reply("n1", "s1", sent[0]!.callId, ok);
  relay.reply("n1", "s1", sent[0]!.callId, ok);
  expect(phone.replies).toEqual([[7, ok]]);
});

test("a node that does not answer is answered for", () => {
  const { relay, sent } = relayWith();
  const phone = peer();
  relay.call(phone, "s1", 5, "n1", 7, signal);
  vi.advanceTimersByTime(SIGNAL_MS);
  relay.reply("n1", "s1", sent[0]!.callId, ok);
  expect(phone.replies).toEqual([[7, "SIGNAL_TIMEOUT"]]);
});

test("a session has a bounded number of calls on their way, and others are not touched by it", () => {
  const { relay, sent } = relayWith();
  const phone = peer();
  for (let callId = 0; callId <= SIGNALS_OUTSTANDING_MAX; callId++) relay.call(phone, "s1", 5, "n1", callId, signal);
  expect(phone.replies).toEqual([[SIGNALS_OUTSTANDING_MAX, "SIGNALS_TOO_MANY"]]);
  relay.call(phone, "s2", 6, "n1", 50, signal);
  expect(phone.replies).toHaveLength(1);
  relay.reply("n1", "s1", sent[0]!.callId, ok);
  relay.call(phone, "s1", 5, "n1", 51, signal);
  expect(phone.replies).toHaveLength(2);
});

test("a node without a link is said to be so at once", () => {
  const { relay } = relayWith({ linked: false });
  const phone = peer();
  relay.call(phone, "s1", 5, "n1", 7, signal);
  expect(phone.replies).toEqual([[7, "NODE_UNREACHABLE"]]);
  expect(vi.getTimerCount()).toBe(0);
});

test("when the session goes, whoever waits is told", () => {
  const { relay } = relayWith();
  const phone = peer();
  relay.call(phone, "s1", 5, "n1", 1, signal);
  relay.call(phone, "s2", 6, "n1", 2, signal);
  relay.dropSession("s1");
  expect(phone.replies).toEqual([[1, "SESSION_GONE"]]);
});

test("closing leaves no timer", async () => {
  const { relay, scope } = relayWith();
  relay.call(peer(), "s1", 5, "n1", 1, signal);
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
});
