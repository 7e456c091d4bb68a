// What keeps a session's stream alive: codecs other than H.264, encoders that don't
// open, processes that die or hang, and another that goes on where one stopped.

import { readFile, readdir } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Scope, withTimeout } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import { openXvfb } from "../../../display/adapters/xvfb.ts";
import { isRunning } from "../../../process/testing/is-running.ts";
import type { Display } from "../../../session/ports.ts";
import { codecOf } from "../../encode/encoders.ts";
import type { VideoEncoderName } from "../../encode/known-encoders.ts";
import type { PipelineOptions } from "../../ports.ts";
import { openMonitorSocket } from "../../testing/monitor-socket.ts";
import { RtpListener } from "../../testing/rtp-listener.ts";
import { createDamagePipeline, DAMAGE_SETTINGS, damagePipeline } from "./pipeline.ts";
import { keepSpareProgram } from "./program.ts";

const SIZE = { width: 640, height: 360 };
const TIMESTAMP_OFFSET = 1_000_000;

let scope: Scope;
let display: Display;
beforeEach(async () => {
  scope = new Scope();
  display = await openXvfb(SIZE, scope);
});
afterEach(() => scope.close());

async function startStream(change: Partial<PipelineOptions> = {}, codec: VideoCodec = "H264", createPipeline = createDamagePipeline) {
  const video = await RtpListener.open("video", scope, codec);
  const told = { notices: [] as string[], encoders: [] as VideoEncoderName[] };
  const options: PipelineOptions = {
    display, size: SIZE, fps: 60, bitrateKbps: 3000, video: video.target, sound: undefined, inputMarkPath: undefined, ...change,
  };
  const start = async (more: Partial<PipelineOptions> = {}) => {
    const before = await pipelineProcesses();
    const pipeline = await createPipeline(
      { ...options, ...more },
      {
        onFirstPicture() {},
        onFrame() {},
        onNotice: (text) => void told.notices.push(text),
        onEncoder: (name) => void told.encoders.push(name),
      },
      scope,
    );
    const [pid] = (await pipelineProcesses()).filter((other) => !before.includes(other));
    if (pid === undefined) throw new Error("a pipeline without a process");
    return { pipeline, pid };
  };
  return { video, told, start };
}

it.each(["vpx-vp8", "svt-av1"] as const)("sends what %s codes, and a keyframe when asked for one", async (name) => {
  const { video, start } = await startStream({ encoders: [name] }, codecOf(name));
  const [first] = await Promise.all([video.next(), start()]);
  expect(first.keyframe).toBe(true);
  expect(first.picture).toMatchObject(SIZE);
  const again = video.until(({ keyframe }) => keyframe);
  video.askForKeyframe();
  expect((await again).picture).toMatchObject(SIZE);
});

it("uses the next encoder where the first does not open, and says so", async () => {
  const { video, told, start } = await startStream({ encoders: ["openh264", "x264"] });
  const [first] = await Promise.all([video.next(), start()]);
  expect(first.keyframe).toBe(true);
  expect(told.encoders).toEqual(["x264"]);
  expect(told.notices).toContainEqual(expect.stringMatching(/^openh264 failed: .*libopenh264.* x264 goes on\.$/));
});

it("goes on from the same port, in time and with a keyframe, when its process is killed", async () => {
  const sound = await RtpListener.open("sound", scope);
  const monitor = await openMonitorSocket(scope);
  const { video, start } = await startStream();
  const targets = (ports?: { video: number | undefined; sound: number | undefined }): Partial<PipelineOptions> => ({
    video: { ...video.target, timestampOffset: TIMESTAMP_OFFSET, ...(ports?.video ? { sourcePort: ports.video } : {}) },
    sound: {
      monitorSocketPath: monitor.path,
      target: { ...sound.target, timestampOffset: TIMESTAMP_OFFSET, ...(ports?.sound ? { sourcePort: ports.sound } : {}) },
    },
  });
  const heard = Promise.all([video.next(), sound.next()]);
  const first = await start(targets());
  const before = await heard;
  process.kill(first.pid, "SIGKILL");
  await expect(first.pipeline.closed).resolves.toBeInstanceOf(Error);
  const ports = { video: video.sourcePort, sound: sound.sourcePort };
  const hearing = Promise.all([video.next(), sound.next()]);
  await start(targets(ports));
  const after = await hearing;
  expect(after[0].keyframe).toBe(true);
  expect({ video: video.sourcePort, sound: sound.sourcePort }).toEqual(ports);
  for (const [index, rate] of [90_000, 48_000].entries()) {
    const step = ((after[index]?.timestamp ?? 0) - (before[index]?.timestamp ?? 0)) >>> 0;
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(20 * rate);
  }
  expect(video.packetsLost + sound.packetsLost).toBe(0);
});

it("ends a process that hangs, and says so", async () => {
  const { video, start } = await startStream();
  const [{ pipeline, pid }] = await Promise.all([start(), video.next()]);
  process.kill(pid, "SIGSTOP");
  const error = await withTimeout(pipeline.closed, 10_000, "nobody noticed");
  expect(error?.message).toMatch(/no frame for \d+ ms/);
  expect(isRunning(pid)).toBe(false);
});

describe("a process that is kept ready", () => {
  const onlySpare = (other: number | undefined) =>
    expect.poll(pipelineProcesses, { timeout: 10_000 }).toEqual([expect.toSatisfy((pid) => pid !== other)]).then(async () => (await pipelineProcesses())[0]!);

  it("is the next pipeline's, and ends with it, when another one waits already", async () => {
    const take = keepSpareProgram(scope, { refillMs: 100 });
    const spare = await onlySpare(undefined);
    const session = scope.child();
    const video = await RtpListener.open("video", scope);
    const first = video.next();
    await damagePipeline(DAMAGE_SETTINGS, take)(
      { display, size: SIZE, fps: 60, bitrateKbps: 3000, video: video.target, sound: undefined, inputMarkPath: undefined },
      { onFirstPicture() {}, onFrame() {} },
      session,
    );
    expect((await first).keyframe).toBe(true);
    expect(await pipelineProcesses()).toContain(spare);
    await expect.poll(pipelineProcesses, { timeout: 10_000 }).toHaveLength(2);
    await session.close();
    await onlySpare(spare);
    await scope.close();
    expect(await pipelineProcesses()).toEqual([]);
  });

  it("is loaded less and less often where it dies again and again", async () => {
    keepSpareProgram(scope, { refillMs: 100 });
    const waitedMs: number[] = [];
    let spare: number | undefined;
    for (let deaths = 0; deaths < 4; deaths++) {
      const fromMs = performance.now();
      spare = await onlySpare(spare);
      waitedMs.push(performance.now() - fromMs);
      process.kill(spare, "SIGKILL");
    }
    // 100 ms, then 200, 400 and 800; only bounded from below, where a busy machine can't break the bound.
    expect(waitedMs.slice(1).map((ms, deaths) => ms > 150 * 2 ** deaths)).toEqual([true, true, true]);
  });

  it("is replaced when it dies, and a pipeline that comes meanwhile has one made for it", async () => {
    const take = keepSpareProgram(scope, { refillMs: 300 });
    const spare = await onlySpare(undefined);
    process.kill(spare, "SIGKILL");
    await expect.poll(pipelineProcesses, { timeout: 10_000, interval: 10 }).toEqual([]);
    const session = scope.child();
    const { child } = take(session);
    expect(child.pid).not.toBe(spare);
    await expect.poll(pipelineProcesses, { timeout: 10_000 }).toHaveLength(2);
    await session.close();
    expect(isRunning(child.pid!)).toBe(false);
  });
});

async function pipelineProcesses(): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    const [command, stat] = await Promise.all(
      ["cmdline", "stat"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    // Fields after the name, which may hold anything: state, parent.
    const parent = Number(stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (parent === process.pid && command?.includes("pipeline-process")) found.push(Number(pid));
  }
  return found;
}
