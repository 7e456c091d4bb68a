import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { nodeSample, playerSample } from "../testing/fixtures.ts";
import { LATE_MS_MAX, MINUTE_MS, WRITE_EVERY_MS } from "./limits.ts";
import { createTelemetry, type Telemetry } from "./telemetry.ts";

let scope: Scope;
let telemetry: Telemetry;
let lines: Record<string, unknown>[];
const store = createMemoryStore();
let session: { sessionId: string; nodeId: string; playedSinceMs: number };

beforeEach((context) => {
  vi.useFakeTimers();
  scope = new Scope();
  lines = [];
  const log = createLog("info", { write: (line) => void lines.push(JSON.parse(line)) });
  telemetry = createTelemetry({ clock: systemClock, log, store }, scope);
  session = { sessionId: context.task.id, nodeId: "n1", playedSinceMs: Date.now() };
});

afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function play(seconds: number, change: Parameters<typeof playerSample>[0] = {}): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    telemetry.takePlayerSample(session, playerSample(change));
    telemetry.takeNodeSample(session, nodeSample());
  }
}

const stored = async () => (await store.sessionMinutes(session.sessionId, 10)).map(({ quality }) => quality.minute);
const told = (msg: string) => lines.filter((line) => line["msg"] === msg);

test("a minute is scored, told in one line, and stored, without anybody asking", async () => {
  await play((MINUTE_MS + LATE_MS_MAX) / 1_000);
  expect(told("minute scored")).toMatchObject([{ sessionId: session.sessionId, nodeId: "n1", minute: 0, band: "good", fps: 60, flags: [] }]);
  await vi.advanceTimersByTimeAsync(WRITE_EVERY_MS);
  expect(await stored()).toEqual([0]);
});

test("what contradicts itself is scored all the same, with a flag", async () => {
  await play(40, { framesShown: 200 });
  telemetry.endSession(session.sessionId);
  expect(told("minute scored")).toMatchObject([{ flags: ["shown-over-sent"] }]);
});

test("the end of a session scores what is open, and closing stores it", async () => {
  await play(40);
  telemetry.endSession(session.sessionId);
  telemetry.endSession(session.sessionId);
  expect(telemetry.recent(session.sessionId)).toBeUndefined();
  await scope.close();
  expect(await stored()).toEqual([0]);
});

test("closing scores the sessions that go on without the server, and later samples are nothing", async () => {
  await play(40);
  await scope.close();
  expect(await stored()).toEqual([0]);
  telemetry.takePlayerSample(session, playerSample());
  telemetry.takeNodeSample(session, nodeSample());
  expect(telemetry.recent(session.sessionId)).toBeUndefined();
});

test("samples that are not taken are counted, and told at most once a minute", async () => {
  for (let count = 0; count < 30; count++) telemetry.takePlayerSample(session, playerSample({ durationMs: 100 }));
  telemetry.takePlayerSample({ ...session, sessionId: "x" }, playerSample());
  telemetry.takePlayerSample({ ...session, sessionId: "x" }, playerSample({ durationMs: 9_000 }));
  telemetry.refuseSample();
  expect(telemetry.refused).toEqual({ "too-fast": 18, early: 1, "sessions-full": 0, "not-theirs": 1 });
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(told("telemetry samples were not taken; counted since the start")).toMatchObject([{ level: 40, "too-fast": 18, "not-theirs": 1 }]);
});
