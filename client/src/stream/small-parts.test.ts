import { Scope } from "@nearframe/shared/lifetime";
import { describe, expect, test, vi } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { backoffMs } from "./backoff.ts";
import { addClockSample, clockOffset, SAMPLES_KEPT } from "./clock-offset.ts";
import { CALL_TIMEOUT_MS, createSignalCalls } from "./signal-calls.ts";

describe("backoff", () => {
  test("doubles up to a limit, spread by a quarter to both sides", () => {
    const middle = () => 0.5;
    expect([0, 1, 2, 3, 10, 1_000].map((failed) => backoffMs(failed, middle))).toEqual([250, 500, 1_000, 2_000, 8_000, 8_000]);
    expect(backoffMs(0, () => 0)).toBe(188);
    expect(backoffMs(0, () => 1)).toBe(313);
  });
});

describe("the node's clock", () => {
  test("is read from the answer with the shortest way", () => {
    const samples = [
      { sentAtMs: 0, nodeAtMs: 1_050, heardAtMs: 40 },
      { sentAtMs: 100, nodeAtMs: 1_105, heardAtMs: 110 },
      { sentAtMs: 200, nodeAtMs: 1_290, heardAtMs: 260 },
    ].reduce(addClockSample, []);
    expect(clockOffset(samples)).toEqual({ roundTripMs: 10, nodeMinusPlayerMs: 1_000 });
    expect(clockOffset([])).toBeUndefined();
  });

  test("keeps only the newest answers, and none from before its question", () => {
    let samples = addClockSample([], { sentAtMs: 10, nodeAtMs: 0, heardAtMs: 9 });
    expect(samples).toEqual([]);
    for (let i = 0; i < 100; i++) samples = addClockSample(samples, { sentAtMs: i, nodeAtMs: i, heardAtMs: i });
    expect(samples).toHaveLength(SAMPLES_KEPT);
    expect(samples[0]?.sentAtMs).toBe(100 - SAMPLES_KEPT);
  });
});

describe("signal calls", () => {
  const signal = { call: "transport.restart-ice", transportId: "t-1" } as const;

  function setUp(reachable = true) {
    const scope = new Scope();
    const timers = createFakeTimers();
    const send = vi.fn<(epoch: number, callId: number) => boolean>(() => reachable);
    return { scope, timers, send, calls: createSignalCalls(scope, { timers, send }) };
  }

  test("each is answered by the reply with its number", async () => {
    const { calls, timers } = setUp();
    const [first, second] = [calls.to(1)(signal), calls.to(1)(signal)];
    calls.handleReply(2, { ok: true, value: { second: true } });
    calls.handleReply(1, { ok: false, code: "NO_TRANSPORT", message: "it is closed" });
    await expect(second).resolves.toEqual({ second: true });
    await expect(first).rejects.toMatchObject({ code: "NO_TRANSPORT", message: "it is closed" });
    expect(timers.pending).toBe(0);
  });

  test("one that nobody answers fails in time, and a late answer finds nobody", async () => {
    const { calls, timers } = setUp();
    const call = calls.to(1)(signal);
    timers.pass(CALL_TIMEOUT_MS);
    await expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
    calls.handleReply(1, { ok: true, value: {} });
  });

  test("one that can't leave fails at once", async () => {
    await expect(setUp(false).calls.to(1)(signal)).rejects.toMatchObject({ code: "CONTROL_LOST" });
  });

  test("closing answers all that wait", async () => {
    const { calls, scope, timers } = setUp();
    const call = calls.to(1)(signal);
    const refused = expect(call).rejects.toMatchObject({ code: "CLOSED" });
    await scope.close();
    await refused;
    expect(timers.pending).toBe(0);
  });
});
