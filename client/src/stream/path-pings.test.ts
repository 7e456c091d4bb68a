import { Scope } from "@nearframe/shared/lifetime";
import { readPathPing, writePathPong } from "@nearframe/shared/media/path-ping";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import type { ClockSample } from "./clock-offset.ts";
import { createPathPings, PING_EVERY_MS } from "./path-pings.ts";

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(() => scope.close());

function setUp() {
  const timers = createFakeTimers(0);
  const answers: ClockSample[] = [];
  const send = vi.fn((_bytes: Uint8Array | string) => true);
  const channel = { bufferedBytes: 0, send };
  const pings = createPathPings(scope, timers, (sample) => void answers.push(sample));
  const asked = () => send.mock.calls.map(([bytes]) => readPathPing(bytes as Uint8Array)?.sentAtMs);
  /** The node hears the last ping after half of this, and answers at once. */
  const answerAfter = (roundTripMs: number) => {
    const sentAtMs = asked().at(-1)!;
    timers.pass(roundTripMs);
    return pings.handle(writePathPong({ sentAtMs, nodeAtMs: 9_000 }));
  };
  return { pings, timers, channel, asked, answers, answerAfter };
}

test("asks five times a second, and not into a queue of its own", () => {
  const { pings, timers, channel, asked } = setUp();
  pings.connect(channel);
  timers.pass(PING_EVERY_MS);
  timers.pass(PING_EVERY_MS);
  expect(asked()).toEqual([PING_EVERY_MS, 2 * PING_EVERY_MS]);
  channel.bufferedBytes = 1_000;
  timers.pass(PING_EVERY_MS);
  expect(asked()).toHaveLength(2);
});

test("the median of a second is told once, and each answer tells the node's clock", () => {
  const { pings, timers, channel, answers, answerAfter } = setUp();
  pings.connect(channel);
  timers.pass(PING_EVERY_MS);
  for (const roundTripMs of [20, 150, 30]) {
    expect(answerAfter(roundTripMs)).toBe(true);
    timers.pass(PING_EVERY_MS - roundTripMs);
  }
  expect(answers[0]).toEqual({ sentAtMs: PING_EVERY_MS, heardAtMs: PING_EVERY_MS + 20, nodeAtMs: 9_000 });
  expect([pings.takeRoundTripMs(), pings.takeRoundTripMs()]).toEqual([30, undefined]);
});

test("answers over a path that is left, or to what was never asked, count for nothing", () => {
  const { pings, timers, channel, answers, answerAfter } = setUp();
  pings.connect(channel);
  timers.pass(PING_EVERY_MS);
  expect(pings.handle(writePathPong({ sentAtMs: 1_000_000, nodeAtMs: 0 }))).toBe(true);
  pings.connect(undefined);
  expect(answerAfter(20)).toBe(true);
  expect([answers, pings.takeRoundTripMs()]).toEqual([[], undefined]);
});

test("other bytes are left to others", () => {
  expect(setUp().pings.handle(new Uint8Array(40))).toBe(false);
});
