// What every media pipeline must do, whatever is behind it: run against a real X
// server, with real RTP that is received, decoded and looked at.
//
// Where a pipeline can't do something its traits say so, and the suite checks that
// it is true.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { Scope, withTimeout } from "@nearframe/shared/lifetime";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { createInputMark } from "../input/mark.ts";
import { createPrivateFolder } from "../process/private-folder.ts";
import type { Display } from "../session/ports.ts";
import { openPulse } from "../sound/adapters/pulse.ts";
import type { CreatePipeline, FrameMark, MediaPipeline, PipelineOptions, PipelineTraits } from "./ports.ts";
import { openCanvas } from "./testing/canvas.ts";
import { openMonitorSocket } from "./testing/monitor-socket.ts";
import { openOpusDecoder } from "./testing/opus-decoder.ts";
import { type ReceivedFrame, RtpListener } from "./testing/rtp-listener.ts";

const SIZE = { width: 640, height: 360 };
const WHITE = 0xffffff;
const BLACK = 0;
const [LUMA_WHITE_MIN, LUMA_BLACK_MAX] = [220, 30];

export type PipelineContract = {
  createPipeline: CreatePipeline;
  traits: PipelineTraits;
  /** False to capture as from a display that has no framebuffer file. */
  framebuffer?: boolean;
};

type Rig = {
  scope: Scope;
  display: Display;
  video: RtpListener;
  options: PipelineOptions;
  marks: FrameMark[];
  pictures: number;
  start(scope?: Scope): Promise<MediaPipeline>;
};

/** Call it inside a `describe` of the adapter. */
export function itIsAPipeline({ createPipeline, traits, framebuffer = true }: PipelineContract): void {
  let current: Rig | undefined;

  async function createRig(change: Partial<PipelineOptions> = {}): Promise<Rig> {
    const scope = new Scope();
    const display = await openXvfb(SIZE, scope);
    const video = await RtpListener.open("video", scope);
    const rig: Rig = {
      scope,
      display,
      video,
      marks: [],
      pictures: 0,
      options: {
        display: framebuffer ? display : { ...display, framebufferPath: undefined },
        size: SIZE,
        fps: 60,
        bitrateKbps: 3000,
        video: video.target,
        sound: undefined,
        inputMarkPath: undefined,
        ...change,
      },
      start: (own = scope) =>
        createPipeline(
          rig.options,
          { onFirstPicture: () => void rig.pictures++, onFrame: (mark) => void rig.marks.push(mark) },
          own,
        ),
    };
    return (current = rig);
  }

  afterEach(async () => {
    await current?.scope.close();
    current = undefined;
  });

  it("sends a stream that begins with a keyframe, of the title's size", async () => {
    const rig = await createRig();
    const [first] = await Promise.all([rig.video.next(), rig.start()]);
    expect(first.keyframe).toBe(true);
    expect(first.picture).toMatchObject(SIZE);
    for (const packet of first.packets) {
      expect(packet).toMatchObject({ ssrc: rig.video.target.ssrc, payloadType: rig.video.target.payloadType });
    }
    expect(first.packets.map(({ marker }) => marker)).toEqual(first.packets.map((_, index) => index === first.packets.length - 1));
  });

  it("shows what is drawn, where it is drawn, and only tells of a picture once there is one", async () => {
    const rig = await createRig();
    await rig.start();
    await rig.video.next();
    expect(rig.pictures).toBe(0);
    const canvas = await openCanvas(rig.display, SIZE, rig.scope);
    const seen = rig.video.until(looks(([x, y]) => x >= 320 && y >= 180));
    await canvas.fill(WHITE, 320, 180, 320, 180);
    await seen;
    await expect.poll(() => rig.pictures).toBe(1);
    const next = rig.video.until(looks(([x, y]) => x < 320 && y < 180));
    await canvas.fill(0);
    await canvas.fill(WHITE, 0, 0, 320, 180);
    await next;
    expect(rig.pictures).toBe(1);
  });

  it("keeps a still screen alive, with timestamps that grow", async () => {
    const rig = await createRig();
    await rig.start();
    const timestamps: number[] = [];
    await rig.video.until(({ timestamp }) => timestamps.push(timestamp) === 5);
    const steps = timestamps.slice(1).map((timestamp, index) => (timestamp - (timestamps[index] ?? 0)) >>> 0);
    for (const step of steps) expect(step).toBeLessThan(90_000);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(rig.video.packetsLost).toBe(0);
    if (traits.marksFrames) expect(rig.marks.slice(-3).map(({ changed }) => changed)).toEqual([false, false, false]);
  });

  it.runIf(traits.keyframeOnRequest)("sends a keyframe when a receiver asks for one, and when its owner does", async () => {
    const rig = await createRig();
    const pipeline = await rig.start();
    await rig.video.next();
    for (const ask of [() => rig.video.askForKeyframe(), () => pipeline.requestKeyframe()]) {
      const keyframe = rig.video.until((frame) => frame.keyframe);
      ask();
      await expect(keyframe).resolves.toMatchObject({ keyframe: true });
    }
  });

  it.runIf(!traits.keyframeOnRequest)("sends keyframes by itself, as it can't be asked for one", async () => {
    const rig = await createRig();
    const pipeline = await rig.start();
    let keyframes = 0;
    pipeline.requestKeyframe();
    await rig.video.until((frame) => frame.keyframe && ++keyframes === 2);
    expect(keyframes).toBe(2);
  });

  it.runIf(traits.stampsExtensions)("stamps capture time, sequence and playout delay", async () => {
    const rig = await createRig();
    const [frame] = await Promise.all([rig.video.next(), rig.start()]);
    const { absCaptureTime = 0, playoutDelay = 0, transportWideCc = 0 } = rig.video.target.extensions;
    expect(frame.packets[0]?.extensions.get(playoutDelay)).toEqual(Buffer.from([0, 0, 0]));
    expect(frame.packets[0]?.extensions.get(absCaptureTime)).toHaveLength(8);
    expect(frame.packets.map(({ extensions }) => extensions.get(transportWideCc)?.readUInt16BE())).toEqual(
      frame.packets.map((_, index) => index),
    );
  });

  it.runIf(traits.marksFrames)("marks every frame it sends with what it knows of it", async () => {
    const rig = await createRig();
    const pipeline = await rig.start();
    const timestamps: number[] = [];
    await rig.video.until(({ timestamp }) => timestamps.push(timestamp) === 3);
    await expect.poll(() => rig.marks.length).toBeGreaterThanOrEqual(3);
    expect(rig.marks.slice(-3).map(({ rtpTimestamp }) => rtpTimestamp)).toContain(timestamps[0]);
    for (const mark of rig.marks) {
      const times = [mark.damagedAtMs, mark.capturedAtMs, mark.encodedAtMs, mark.sentAtMs];
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    pipeline.setTarget({ bitrateKbps: 500, fps: 30 });
    await rig.video.next();
  });

  it.runIf(traits.marksFrames)("notes the input that the title had been given", async () => {
    const rig = await createRig();
    const mark = createInputMark(join(await createPrivateFolder("mark", rig.scope), "input"), rig.scope);
    rig.options = { ...rig.options, inputMarkPath: mark.path };
    await rig.start();
    await rig.video.next();
    await expect.poll(() => rig.marks[0]).toMatchObject({ inputSeq: 0, inputAppliedAtMs: 0 });
    const canvas = await openCanvas(rig.display, SIZE, rig.scope);
    mark.write(7, 1234.5);
    const white = rig.video.until(looks(() => true));
    await canvas.fill(WHITE);
    await white;
    // A copy that was asked for before the mark was written may show what was drawn after it;
    // one of what is drawn from here on can't.
    const seen = rig.video.until(looks(() => false));
    await canvas.fill(BLACK);
    const { timestamp } = await seen;
    await expect
      .poll(() => rig.marks.find(({ rtpTimestamp }) => rtpTimestamp === timestamp))
      .toMatchObject({ inputSeq: 7, inputAppliedAtMs: 1234.5 });
  });

  it("carries the session's sound, in frames of 10 ms", async () => {
    const rig = await createRig();
    const [listener, monitor] = await Promise.all([RtpListener.open("sound", rig.scope), openMonitorSocket(rig.scope)]);
    rig.options = { ...rig.options, sound: { monitorSocketPath: monitor.path, target: listener.target } };
    const decoder = openOpusDecoder(rig.scope);
    const frames: ReceivedFrame[] = [];
    const peaks: number[] = [];
    const heard = listener.until((frame) => {
      const [packet] = frame.packets;
      if (packet) peaks.push(decoder.peak(packet.payload) ?? 0);
      return frames.push(frame) === 30;
    });
    await rig.start();
    await heard;
    const steps = frames.slice(1).map((frame, index) => (frame.timestamp - (frames[index]?.timestamp ?? 0)) >>> 0);
    // On a busy machine the tone comes late now and then, and time then jumps with it; it never goes back.
    expect(steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)]).toBe(480);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(480);
    expect(Math.max(...peaks)).toBeGreaterThan(8_000);
    expect(Math.max(...peaks)).toBeLessThan(16_000);
  });

  it("takes sound from the session's real sound card", async () => {
    const rig = await createRig();
    const [listener, sound] = await Promise.all([RtpListener.open("sound", rig.scope), openPulse(rig.scope)]);
    rig.options = { ...rig.options, sound: { monitorSocketPath: sound.monitorSocketPath, target: listener.target } };
    await Promise.all([listener.next(), rig.start()]);
    expect(listener.packetsLost).toBe(0);
  });

  it("says so when the sound stops", async () => {
    const rig = await createRig();
    const [listener, monitor] = await Promise.all([RtpListener.open("sound", rig.scope), openMonitorSocket(rig.scope)]);
    rig.options = { ...rig.options, sound: { monitorSocketPath: monitor.path, target: listener.target } };
    const [pipeline] = await Promise.all([rig.start(), listener.next()]);
    monitor.hangUp();
    const error = await withTimeout(pipeline.closed, 5_000, "the pipeline did not notice");
    expect(error?.message).toMatch(/sound/);
  });

  it("ends without an error when its owner closes, twice or once, and leaves no process", async () => {
    const rig = await createRig();
    const before = await childProcesses();
    const scope = rig.scope.child();
    const pipeline = await rig.start(scope);
    expect((await childProcesses()).length).toBeGreaterThan(before.length);
    await Promise.all([scope.close(), scope.close()]);
    await expect(pipeline.closed).resolves.toBeUndefined();
    expect(await childProcesses()).toEqual(before);
    // Speaking to it is harmless now.
    pipeline.requestKeyframe();
    pipeline.setTarget({ bitrateKbps: 1000, fps: 30 });
  });

  it("gives up its start when its owner closes, and leaves no process", async () => {
    const rig = await createRig();
    const before = await childProcesses();
    const scope = rig.scope.child();
    const starting = rig.start(scope);
    const refused = expect(starting).rejects.toThrow();
    await scope.close(new Error("changed my mind"));
    await refused;
    expect(await childProcesses()).toEqual(before);
  });

  it("says so when its process dies", async () => {
    const rig = await createRig();
    const before = new Set(await childProcesses());
    const pipeline = await rig.start();
    const own = (await childProcesses()).filter((pid) => !before.has(pid));
    expect(own.length).toBeGreaterThan(0);
    for (const pid of own) process.kill(pid, "SIGKILL");
    const error = await withTimeout(pipeline.closed, 5_000, "the pipeline did not notice");
    expect(error?.message).toMatch(/ended by SIGKILL/);
  });

  it("says so when its display dies", async () => {
    const rig = await createRig();
    const scope = new Scope();
    const display = await openXvfb(SIZE, scope);
    rig.options = { ...rig.options, display: framebuffer ? display : { ...display, framebufferPath: undefined } };
    const pipeline = await rig.start();
    await scope.close();
    await expect(withTimeout(pipeline.closed, 5_000, "the pipeline did not notice")).resolves.toBeInstanceOf(Error);
  });

  it("is refused with a reason where there is no display", async () => {
    const rig = await createRig();
    rig.options = {
      ...rig.options,
      display: { name: ":30000", environment: { DISPLAY: ":30000" }, framebufferPath: undefined },
    };
    const before = await childProcesses();
    await expect(rig.start()).rejects.toThrow(/:30000|display/);
    expect(await childProcesses()).toEqual(before);
  });
}

/** A frame that is white where `white` says and black elsewhere, away from edges. */
function looks(white: (at: [x: number, y: number]) => boolean): (frame: ReceivedFrame) => boolean {
  const points: [number, number][] = [[80, 90], [560, 90], [80, 270], [560, 270]];
  return ({ picture }) =>
    picture !== undefined &&
    points.every((at) => {
      const luma = picture.lumaAt(...at);
      return white(at) ? luma > LUMA_WHITE_MIN : luma < LUMA_BLACK_MAX;
    });
}

/** The living children of this process. */
async function childProcesses(): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const children: number[] = [];
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    // Fields after the name, which may hold anything: state, parent.
    const [state, parent] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    if (state !== "Z" && Number(parent) === process.pid) children.push(Number(pid));
  }
  return children.toSorted((a, b) => a - b);
}
