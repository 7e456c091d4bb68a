// From a change of pixels to its first RTP packet at 720p60: our pipeline, the
// fallback, and GStreamer where it is installed. They take turns on one display,
// in one run, so that whatever else the machine does is shared fairly.

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openXvfb } from "@nearframe/edge-node/display/adapters/xvfb";
import { machineMs } from "@nearframe/edge-node/input/mark";
import { createDamagePipeline } from "@nearframe/edge-node/media/adapters/damage/pipeline";
import { createFfmpegPipeline } from "@nearframe/edge-node/media/adapters/ffmpeg/pipeline";
import type { CreatePipeline, FrameMark, RtpTarget } from "@nearframe/edge-node/media/ports";
import { createPrivateFolder } from "@nearframe/edge-node/process/private-folder";
import { Scope, withTimeout } from "@nearframe/shared/lifetime";
import type { BenchRow } from "../rows.ts";
import { STOP } from "./capture-file.ts";
import { createGstreamerPipeline, hasGstreamer } from "./gstreamer.ts";
import { type Painted, type StreamMeasure, measureStream, parsePainted } from "./measure.ts";
import { childrenOf, cpuMsOf, machineCpuMs } from "./process-times.ts";
import { pipelineRows } from "./pipeline-rows.ts";
import { wallMs } from "./wall-time.ts";

export type PipelineBenchOptions = {
  size?: { width: number; height: number };
  fps?: number;
  bitrateKbps?: number;
  /** Of each pipeline, in all rounds together. */
  seconds?: number;
  rounds?: number;
};

export type PipelineName = "ours" | "fallback" | "gstreamer";

export type Turn = {
  pipeline: PipelineName;
  stream: StreamMeasure;
  log: readonly Painted[];
  marks: readonly FrameMark[];
  /** Add to a mark's times for wall time. */
  wallOffsetMs: number;
  /** CPU time while the frames were painted: of the pipeline, the X server, and everybody not of this benchmark. */
  cpuMs: { pipeline: number; display: number; others: number };
  durationMs: number;
};

/** A little off 60 Hz, so that a pipeline that polls is met in every phase. */
const PAINTER_RATE_SHARE = 0.995;
const RECEIVER = fileURLToPath(new URL("./receiver.ts", import.meta.url));
const PAINTER = fileURLToPath(new URL("./painter.ts", import.meta.url));
/** The last frame's packets are on their way when the painter ends. */
const TRAILING_MS = 300;

export async function runPipelineBench(options: PipelineBenchOptions = {}): Promise<BenchRow[]> {
  const { size = { width: 1280, height: 720 }, fps = 60, bitrateKbps = 6000, seconds = 20, rounds = 2 } = options;
  const pipelines: [PipelineName, CreatePipeline][] = [
    ["ours", createDamagePipeline],
    ["fallback", createFfmpegPipeline],
  ];
  if (await hasGstreamer()) pipelines.push(["gstreamer", createGstreamerPipeline]);
  const turns: Turn[] = [];
  const frames = Math.round((seconds / rounds) * fps);
  for (let round = 0; round < rounds; round++) {
    for (const [pipeline, create] of pipelines) {
      turns.push({ pipeline, ...(await takeTurn(create, { size, fps, bitrateKbps, frames })) });
    }
  }
  return pipelineRows(turns, { size, fps });
}

type TurnOptions = { size: { width: number; height: number }; fps: number; bitrateKbps: number; frames: number };

async function takeTurn(create: CreatePipeline, options: TurnOptions): Promise<Omit<Turn, "pipeline">> {
  await using scope = new Scope();
  const { size, fps, bitrateKbps, frames } = options;
  const folder = await createPrivateFolder("bench", scope, "/dev/shm");
  const children = new Set(await childrenOf(process.pid));
  const newChildren = async () => {
    const now = (await childrenOf(process.pid)).filter((pid) => !children.has(pid));
    for (const pid of now) children.add(pid);
    return now;
  };
  const display = await openXvfb(size, scope);
  const displayPids = await newChildren();
  const file = join(folder, "packets");
  const receiver = own(spawn(process.execPath, [RECEIVER, file], { stdio: ["ignore", "pipe", "inherit"] }), scope);
  const [port] = (await withTimeout(once(outputOf(receiver), "data"), 5_000, "the receiver did not start")) as [Buffer];
  await newChildren();
  const target: RtpTarget = {
    ip: "127.0.0.1",
    port: Number(port.toString()),
    rtcpPort: await portOfNobody(scope),
    ssrc: 0x0f00_0001,
    payloadType: 102,
    extensions: { absCaptureTime: 1, playoutDelay: 3 },
  };
  const marks: FrameMark[] = [];
  await create(
    { display, size, fps, bitrateKbps, video: target, sound: undefined, inputMarkPath: undefined },
    { onFirstPicture() {}, onFrame: (mark) => void marks.push(mark), onNotice: (text) => console.error(text) },
    scope,
  );
  const pipelinePids = await newChildren();
  const painter = own(
    spawn(
      process.execPath,
      [PAINTER, display.name, display.environment.XAUTHORITY ?? "", ...[size.width, size.height, fps * PAINTER_RATE_SHARE, frames].map(String)],
      { stdio: ["ignore", "pipe", "inherit"] },
    ),
    scope,
  );
  const [painterPid] = await newChildren();
  const watched = { pipeline: pipelinePids, display: displayPids, bench: [process.pid, painterPid ?? 0, receiver.pid ?? 0] };
  const before = await readCpu(watched);
  const startedAtMs = performance.now();
  let log = "";
  outputOf(painter).setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  // Read while the painter still lives: its time is gone with it.
  const lateMs = 500;
  const painterMs = (frames * 1000) / (fps * PAINTER_RATE_SHARE);
  await new Promise((resolve) => setTimeout(resolve, painterMs - lateMs));
  const after = await readCpu(watched);
  const durationMs = performance.now() - startedAtMs;
  if (painter.exitCode === null) await withTimeout(once(painter, "exit"), painterMs + 20_000, "the painter did not end");
  await new Promise((resolve) => setTimeout(resolve, TRAILING_MS));
  await stop(receiver, target.port);
  const painted = parsePainted(log);
  const cpuMs = (name: "pipeline" | "display" | "bench" | "machine") => after[name] - before[name];
  return {
    stream: await measureStream(painted, await readFile(file), size),
    log: painted,
    marks,
    wallOffsetMs: wallMs() - machineMs(),
    cpuMs: {
      pipeline: cpuMs("pipeline"),
      display: cpuMs("display"),
      others: cpuMs("machine") - cpuMs("pipeline") - cpuMs("display") - cpuMs("bench"),
    },
    durationMs,
  };
}

async function readCpu(watched: Record<"pipeline" | "display" | "bench", readonly number[]>) {
  const [pipeline, display, bench, machine] = await Promise.all([
    cpuMsOf(watched.pipeline),
    cpuMsOf(watched.display),
    cpuMsOf(watched.bench),
    machineCpuMs(),
  ]);
  return { pipeline, display, bench, machine };
}

function own(child: ChildProcess, scope: Scope): ChildProcess {
  return scope.own(child, async (child) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  });
}

function outputOf(child: ChildProcess) {
  if (!child.stdout) throw new Error("a child without output");
  return child.stdout;
}

async function stop(receiver: ChildProcess, port: number): Promise<void> {
  const socket = createSocket("udp4");
  const exited = once(receiver, "exit");
  socket.send(STOP, port, "127.0.0.1");
  await withTimeout(exited, 5_000, "the receiver did not end");
  socket.close();
}

/** A port that swallows what is sent to it. */
async function portOfNobody(scope: Scope): Promise<number> {
  const socket = scope.own(createSocket("udp4"), (socket) => void socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket.address().port;
}
