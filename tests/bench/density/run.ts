// How many sessions of a light title this machine carries at full rate: one more is
// started until a picture is late or missing. Each has all that a session has on a
// node: X server, title, sound server, media process, and its way through one media
// server, encrypted, to a player who is not there. The title copies one drawn picture
// after the other to its screen, all of it anew each time.

import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import os from "node:os";
import { fileURLToPath } from "node:url";
import type { types } from "mediasoup";
import { openXvfb } from "@nearframe/edge-node/display/adapters/xvfb";
import { createDamagePipeline } from "@nearframe/edge-node/media/adapters/damage/pipeline";
import type { FrameMark } from "@nearframe/edge-node/media/ports";
import { openPulse } from "@nearframe/edge-node/sound/adapters/pulse";
import { Scope } from "@nearframe/shared/lifetime";
import { PayloadType } from "@nearframe/shared/media/profile";
import { descendants } from "../../support/processes.ts";
import { cpuMsOf, machineCpuMs } from "../pipeline/process-times.ts";
import { percentiles, rounded, type BenchRow } from "../rows.ts";
import { LOOPBACK, openHop, SSRC, startMediaServer } from "../sfu/srtp-hop.ts";

const PAINTER = fileURLToPath(new URL("../pipeline/painter.ts", import.meta.url));
const SIZE = { width: 1280, height: 720 };
const FPS = 30;
const BITRATE_KBPS = 3_000;
/** A title with a picture missing here and there is not at full rate. */
const FULL_SHARE = 0.98;
/** A picture has to be on its way before the next one is drawn. */
const LATE_MS = 1_000 / FPS;
const SETTLE_MS = 3_000;
const WATCH_MS = 8_000;
const SESSIONS_PER_CORE_MAX = 12;
const PAINTER_SECONDS = 600;

/** What runs for a session, by what its command line says. */
const PARTS: readonly [name: string, command: RegExp][] = [
  ["X server", /Xvfb/],
  ["sound server", /pulseaudio/],
  ["title", /painter\.ts/],
  ["media process", /pipeline-process/],
  ["media server", /mediasoup-worker/],
];

type Session = { marks: FrameMark[] };

type Step = {
  sessions: number;
  /** Of the session that fared worst. */
  framesPerSecond: number;
  sentMsP95: number;
  /** Cores in use by each part of all sessions, and by the machine. */
  cores: ReadonlyMap<string, number>;
  machineCores: number;
};

export async function runDensityBench(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const worker = await startMediaServer(scope);
  const player = scope.own(createSocket("udp4"), (socket) => void socket.close());
  player.bind(0, LOOPBACK);
  await once(player, "listening");
  const sessions: Session[] = [];
  const steps: Step[] = [];
  while (sessions.length < SESSIONS_PER_CORE_MAX * os.availableParallelism()) {
    sessions.push(await openSession(worker, player.address().port, scope));
    const step = await watch(sessions);
    steps.push(step);
    if (!isFull(step)) break;
  }
  return rowsOf(steps);
}

async function openSession(worker: types.Worker, playerPort: number, scope: Scope): Promise<Session> {
  const [display, sound] = await Promise.all([openXvfb(SIZE, scope), openPulse(scope)]);
  const marks: FrameMark[] = [];
  const target = async (payloadType: number) => {
    const port = await openHop(worker, payloadType === PayloadType.audio ? "audio" : "H264", playerPort);
    return { ip: LOOPBACK, port, rtcpPort: port, ssrc: SSRC, payloadType, extensions: {} };
  };
  await createDamagePipeline(
    {
      display, size: SIZE, fps: FPS, bitrateKbps: BITRATE_KBPS, inputMarkPath: undefined,
      video: await target(PayloadType.H264),
      sound: { monitorSocketPath: sound.monitorSocketPath, target: await target(PayloadType.audio) },
    },
    { onFirstPicture() {}, onFrame: (mark) => void marks.push(mark), onNotice: (text) => console.error(text) },
    scope,
  );
  const frames = PAINTER_SECONDS * FPS;
  const title = spawn(
    process.execPath,
    [PAINTER, display.name, display.environment.XAUTHORITY ?? "", ...[SIZE.width, SIZE.height, FPS, frames].map(String)],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  scope.own(title, endChild);
  return { marks };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function watch(sessions: readonly Session[]): Promise<Step> {
  await pause(SETTLE_MS);
  for (const { marks } of sessions) marks.length = 0;
  const before = await readCpu();
  const startedAtMs = performance.now();
  await pause(WATCH_MS);
  const spanMs = performance.now() - startedAtMs;
  const after = await readCpu();
  const drawn = sessions.map(({ marks }) => marks.filter(({ changed }) => changed));
  const cores = (key: string) => ((after.get(key) ?? 0) - (before.get(key) ?? 0)) / spanMs;
  return {
    sessions: sessions.length,
    framesPerSecond: Math.min(...drawn.map((marks) => (marks.length * 1000) / spanMs)),
    sentMsP95: Math.max(...drawn.map((marks) => percentiles(marks.map(({ sentAtMs, damagedAtMs }) => sentAtMs - damagedAtMs)).p95 ?? Infinity)),
    cores: new Map(PARTS.map(([name]) => [name, cores(name)])),
    machineCores: cores("machine"),
  };
}

async function readCpu(): Promise<Map<string, number>> {
  const all = await descendants(process.pid);
  const parts = await Promise.all(
    PARTS.map(async ([name, command]) => [name, await cpuMsOf(all.filter((each) => command.test(each.command)).map(({ pid }) => pid))] as const),
  );
  return new Map([...parts, ["machine", await machineCpuMs()]]);
}

const isFull = ({ framesPerSecond, sentMsP95 }: Step) => framesPerSecond >= FULL_SHARE * FPS && sentMsP95 <= LATE_MS;

function rowsOf(steps: readonly Step[]): BenchRow[] {
  const cores = os.availableParallelism();
  const full = steps.filter(isFull).at(-1);
  const beyond = steps.at(-1);
  const at = `density, ${SIZE.height}p${FPS}`;
  const row = (name: string, unit: string, value: number): BenchRow => ({ name: `${at}: ${name}`, unit, value: rounded(value), goal: null, met: null });
  return [
    row("sessions of a light title at full rate", `sessions on ${cores} cores`, full?.sessions ?? 0),
    row("the same, for each core", "sessions", (full?.sessions ?? 0) / cores),
    ...(full
      ? [
          ...[...full.cores].map(([name, used]) => row(`${name}, for each session`, "cores", used / full.sessions)),
          row(`machine in use with ${full.sessions}, other programs included`, `of ${cores} cores`, full.machineCores),
          row(`worst session of ${full.sessions}`, "frames a second", full.framesPerSecond),
          row(`worst session of ${full.sessions}: drawn to sent, p95`, "ms", full.sentMsP95),
        ]
      : []),
    ...(beyond && beyond !== full
      ? [
          row(`machine in use with ${beyond.sessions}, other programs included`, `of ${cores} cores`, beyond.machineCores),
          row(`worst session of ${beyond.sessions}`, "frames a second", beyond.framesPerSecond),
          row(`worst session of ${beyond.sessions}: drawn to sent, p95`, "ms", beyond.sentMsP95),
        ]
      : []),
  ];
}

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
