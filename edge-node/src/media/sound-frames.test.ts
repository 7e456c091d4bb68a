import { describe, expect, it } from "vitest";
import { BACKLOG_FRAMES_MAX, DRIFT_MS_MAX, FRAME_SAMPLES, SoundFrames } from "./sound-frames.ts";

const FRAME_BYTES = FRAME_SAMPLES * 4;
const pcm = (frames: number, fill = 1) => Buffer.alloc(Math.round(frames * FRAME_BYTES), fill);
const timestamps = (frames: { timestamp: number }[]) => frames.map(({ timestamp }) => timestamp / FRAME_SAMPLES);

describe("frames of sound", () => {
  it("are cut from chunks of any size, without a byte lost or doubled", () => {
    const frames = new SoundFrames();
    const source = Buffer.from(Array.from({ length: FRAME_BYTES * 5 }, (_, index) => index % 251));
    const taken: Buffer[] = [];
    for (let at = 0, nowMs = 0; at < source.length; at += 1000, nowMs += 5) {
      taken.push(...frames.push(source.subarray(at, at + 1000), nowMs).map((frame) => Buffer.from(frame.pcm)));
    }
    expect(Buffer.concat(taken)).toEqual(source);
  });

  it("count samples, though they come in bursts", () => {
    const frames = new SoundFrames();
    const taken = [10, 30, 31, 50].flatMap((nowMs, index) => frames.push(pcm([1, 2, 0, 2][index] ?? 0), nowMs));
    expect(timestamps(taken)).toEqual([0, 1, 2, 3, 4]);
    expect(taken.map(({ afterGap }) => afterGap)).toEqual([true, false, false, false, false]);
    expect(taken.map(({ capturedAtMs }) => capturedAtMs)).toEqual([0, 10, 20, 30, 40]);
  });

  it("jump with the clock after a pause", () => {
    const frames = new SoundFrames();
    frames.push(pcm(1), 10);
    const [after] = frames.push(pcm(1), 10 + 2000);
    expect(after).toMatchObject({ timestamp: 200 * FRAME_SAMPLES, afterGap: true });
  });

  it("do not jump for a delay that a burst makes up for", () => {
    const frames = new SoundFrames();
    frames.push(pcm(1), 10);
    const late = frames.push(pcm(1), 20 + DRIFT_MS_MAX);
    expect(timestamps(late)).toEqual([1]);
  });

  it("keep the newest when too much waits, and say that time has passed", () => {
    const frames = new SoundFrames();
    frames.push(pcm(1), 10);
    const count = BACKLOG_FRAMES_MAX + 4;
    const taken = frames.push(Buffer.concat([pcm(count - 1, 1), pcm(1, 2)]), 10 + count * 10);
    expect(timestamps(taken)).toEqual([count - 1, count]);
    expect(taken[0]?.afterGap).toBe(true);
    expect(taken.at(-1)?.pcm[0]).toBe(2);
  });
});
