import { Scope } from "@nearframe/shared/lifetime";
import { readProbeFromPlayer, writeProbe, type ProbeFromPlayer } from "@nearframe/shared/probe/messages";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { PING_EVERY_MS, PINGS, startProbe, type Probed } from "./probe-run.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

/** A node at the end of a path that takes `rttMs` and loses what `loses` says. */
function rig({ rttMs = 30, limitMs = 400, loses = (_message: ProbeFromPlayer) => false as boolean } = {}) {
  const timers = createFakeTimers(0);
  const heard: { message: ProbeFromPlayer; atMs: number }[] = [];
  const probed: { probed: Probed; atMs: number }[] = [];
  let tokens = 0;
  const answer = (message: ProbeFromPlayer) => {
    if (message.kind === "ping") {
      return writeProbe({ kind: "pong", number: message.number, token: message.token, nodeToken: 1_000 + message.number, nodeAtMs: 5 });
    }
    return message.kind === "finish" ? writeProbe({ kind: "receipt", signature: new Uint8Array(64).fill(251) }) : undefined;
  };
  const run = startProbe(scope, limitMs, {
    timers,
    random32: () => (tokens += 7),
    onProbed: (result) => void probed.push({ probed: result, atMs: timers.monotonicMs() }),
    send(bytes) {
      const message = readProbeFromPlayer(bytes)!;
      heard.push({ message, atMs: timers.monotonicMs() });
      const bytesBack = loses(message) ? undefined : answer(message);
      if (bytesBack) timers.after(rttMs, () => run.receive(bytesBack));
    },
  });
  const of = (kind: ProbeFromPlayer["kind"]) => heard.filter(({ message }) => message.kind === kind);
  return { timers, run, probed, of };
}

test("a dozen pings, each echoed, and the node's receipt", () => {
  const { timers, probed, of } = rig();
  timers.pass(400);
  expect(of("ping")).toHaveLength(PINGS);
  expect(of("echo").map(({ message }) => message)).toContainEqual({ kind: "echo", number: 11, nodeToken: 1_011 });
  expect(probed).toHaveLength(1);
  expect(probed[0]?.probed.result).toEqual({ count: 12, lost: 0, rttMs: { min: 30, p50: 30, p95: 30 }, jitterMs: 0 });
  expect(probed[0]?.probed.receipt).toBe(`${"-_v7".repeat(21)}-w`);
  // All pings, the last one's answer, and the receipt.
  expect(probed[0]?.atMs).toBe((PINGS - 1) * PING_EVERY_MS + 30 + 30);
  expect(timers.pending).toBe(0);
});

test("a lost ping is counted, and waited for no longer than twice the slowest", () => {
  const { timers, probed } = rig({ loses: (message) => message.kind === "ping" && message.number === 4 });
  timers.pass(400);
  expect(probed[0]?.probed.result).toMatchObject({ count: 12, lost: 1 });
  expect(probed[0]?.atMs).toBeLessThan(300);
});

test("a path that turns out slower than its time is told of all the same, only later", () => {
  const { timers, probed } = rig({ rttMs: 300, limitMs: 100 });
  timers.pass(1_500);
  expect(probed).toMatchObject([{ probed: { result: { rttMs: { min: 300 } } } }]);
});

test("a lost end of the probe is said again", () => {
  let lost = 0;
  const { timers, probed, of } = rig({ loses: (message) => message.kind === "finish" && lost++ < 2 });
  timers.pass(400);
  expect(of("finish")).toHaveLength(3);
  expect(probed).toHaveLength(1);
});

test("a far path is told of with fewer pings, in time", () => {
  const { timers, probed, of } = rig({ rttMs: 120 });
  timers.pass(400);
  expect(of("ping").length).toBe(PINGS);
  expect(probed[0]?.probed.result).toMatchObject({ count: PINGS - 1, lost: 0 });
  expect(probed[0]?.atMs).toBeLessThanOrEqual(400);
  const shorter = rig({ rttMs: 60, limitMs: 200 });
  shorter.timers.pass(400);
  expect(shorter.of("ping").length).toBeLessThan(PINGS);
  expect(shorter.probed[0]?.atMs).toBeLessThanOrEqual(200);
  // Those that were under way when the time was up are nobody's loss.
  expect(shorter.probed[0]?.probed.result.lost).toBe(0);
});

test("of a path that answers nothing, nothing is told", () => {
  const { timers, probed } = rig({ loses: () => true });
  timers.pass(2_000);
  expect(probed).toEqual([]);
  expect(timers.pending).toBe(0);
});

test("an answer to another ping's token, or a receipt that nobody asked for, counts for nothing", () => {
  const { timers, run, probed, of } = rig({ rttMs: 10_000 });
  run.receive(writeProbe({ kind: "pong", number: 0, token: 8, nodeToken: 1, nodeAtMs: 5 }));
  run.receive(writeProbe({ kind: "pong", number: 9, token: 7, nodeToken: 1, nodeAtMs: 5 }));
  run.receive(writeProbe({ kind: "receipt", signature: new Uint8Array(64) }));
  timers.pass(1);
  expect(of("echo")).toEqual([]);
  expect(probed).toEqual([]);
});

test("closing stops it", async () => {
  const { timers, of } = rig();
  await scope.close();
  timers.pass(400);
  expect(of("ping")).toHaveLength(1);
  expect(timers.pending).toBe(0);
});
