// How many sessions' telemetry one core of the server carries: each tells twice a
// second, once from either end, and has a minute scored every minute.
//
// From the message's bytes to the scored minute, through the server's own code;
// without sockets and without the database, which works in batches beside it.
// CPU time rather than wall time, all threads of the process (the collector's
// too): "one core" then means one, whatever else the machine does.

import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { LATE_MS_MAX, MINUTE_MS } from "@nearframe/server/telemetry/limits";
import { LiveSeconds } from "@nearframe/server/telemetry/live-seconds";
import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";
import { rounded, type BenchRow } from "./rows.ts";

const SESSIONS = 10_000;
/** Sessions begin one after another over a minute, and in this time each has one minute scored. */
const SECONDS = (2 * MINUTE_MS + LATE_MS_MAX) / 1_000;
const BEGAN_MS = 1_800_000_000_000;

const SESSIONS_GOAL = 50_000;

type Told = { session: { sessionId: string; nodeId: string; playedSinceMs: number }; player: Buffer; node: Buffer };

export async function runTelemetryBench(): Promise<BenchRow[]> {
  const told = Array.from({ length: SESSIONS }, (_, index) => tellOf(index));
  // What is compiled on the first thousands of calls is compiled before the clock runs.
  play(told.slice(0, 500));

  const before = process.memoryUsage();
  const { messages, minutes, parseUs, keepUs, scoreUs } = play(told);
  const memory = process.memoryUsage();
  if (minutes !== SESSIONS) throw new Error(`${SESSIONS} sessions gave ${minutes} minutes; every one should have given one`);
  const perSecondUs = (2 * (parseUs + keepUs)) / messages + scoreUs / minutes / (MINUTE_MS / 1_000);
  const sessions = Math.floor(1e6 / perSecondUs);
  return [
    row("telemetry: sessions at 1 Hz on one core", "sessions", sessions, `at least ${SESSIONS_GOAL}`, sessions >= SESSIONS_GOAL),
    row("telemetry: parse a sample", "us", parseUs / messages),
    row("telemetry: keep a sample", "us", keepUs / messages),
    row("telemetry: join and score a minute", "us", scoreUs / minutes),
    row("telemetry: memory of a session", "KiB", (memory.arrayBuffers - before.arrayBuffers) / SESSIONS / 1024),
  ];
}

function play(told: readonly Told[]) {
  const live = new LiveSeconds();
  const sum = { messages: 0, minutes: 0, parseUs: 0, keepUs: 0, scoreUs: 0 };
  const parsed: { session: Told["session"]; player: PlayerSample; node: NodeSample }[] = [];
  for (let second = 1; second <= SECONDS; second++) {
    const nowMs = BEGAN_MS + second * 1_000;
    const playing = told.filter(({ session }) => session.playedSinceMs < nowMs && nowMs <= session.playedSinceMs + MINUTE_MS + LATE_MS_MAX);
    parsed.length = 0;
    sum.parseUs += cpuUsOf(() => {
      for (const { session, player, node } of playing) parsed.push({ session, player: parsePlayer(player), node: parseNode(node) });
    });
    sum.keepUs += cpuUsOf(() => {
      for (const { session, player, node } of parsed) {
        const taken = live.takePlayerSample(session, player, nowMs) === "taken" && live.takeNodeSample(session, node, nowMs) === "taken";
        if (!taken) throw new Error("a sample of the benchmark was refused");
      }
    });
    sum.scoreUs += cpuUsOf(() => void (sum.minutes += live.takeDueMinutes(nowMs).length));
    sum.messages += 2 * playing.length;
  }
  return sum;
}

function cpuUsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function parsePlayer(bytes: Buffer): PlayerSample {
  const message = parseMessage(ClientToServer, bytes.toString("utf8"));
  if (!message.ok || message.value.type !== "session.telemetry") throw new Error("the player's message was refused");
  return message.value.sample;
}

function parseNode(bytes: Buffer): NodeSample {
  const message = parseMessage(NodeToServer, bytes.toString("utf8"));
  if (!message.ok || message.value.type !== "session.telemetry") throw new Error("the node's message was refused");
  return message.value.sample;
}

/** Every session's figures differ, with as many digits as measured ones have. */
function tellOf(index: number): Told {
  const sessionId = `0f0c1a52-6c2e-4b0e-9f9c-${String(index).padStart(12, "0")}`;
  const vary = (value: number) => value * (1 + Math.sin(index) / 10);
  const player: PlayerSample = {
    durationMs: 1_000,
    width: 1280,
    height: 720,
    framesShown: 59,
    framesDropped: 1,
    receivedKbps: vary(8_123.4),
    packetsLost: 2,
    lossShare: vary(0.0021),
    roundTripMs: vary(12.4),
    jitterBufferMs: vary(3.2),
    decodeMs: vary(1.9),
    freezes: 0,
    freezeMs: 0,
    audioGapMs: 0,
    clickToPhoton: { count: 4, p50Ms: vary(19.2), p95Ms: vary(24.1), p99Ms: vary(26.3) },
  };
  const node: NodeSample = {
    durationMs: 1_000,
    framesSent: 60,
    framesRepeated: 0,
    keyframes: 0,
    sentKbps: vary(8_123.4),
    targetKbps: vary(8_000),
    targetFps: 60,
    availableKbps: vary(12_345.6),
    captureWaitMsP95: vary(0.41),
    encodeMsP50: vary(2.3),
    encodeMsP95: vary(3.9),
    sendMsP95: vary(0.7),
    roundTripMs: vary(12.1),
    lossShare: 0,
  };
  const bytesOf = (message: object) => Buffer.from(JSON.stringify({ type: "session.telemetry", sessionId, ...message }));
  const playedSinceMs = BEGAN_MS + (index / SESSIONS) * MINUTE_MS;
  return { session: { sessionId, nodeId: `node-${index % 100}`, playedSinceMs }, player: bytesOf({ sample: player }), node: bytesOf({ epoch: 1, sample: node }) };
}

function row(name: string, unit: string, value: number, goal: string | null = null, met: boolean | null = null): BenchRow {
  return { name, unit, value: rounded(value), goal, met };
}
