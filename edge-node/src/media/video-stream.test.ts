import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { FrameMark } from "./ports.ts";
import { FLOOR_INTERVAL_MS, VideoStream } from "./video-stream.ts";

const FRAME_MS = 1000 / 60;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A stream over a source and an encoder that take no time; `screen` is what the source would show. */
function createStream({ exact = true, grabLater = false } = {}) {
  const scope = new Scope();
  const marks: FrameMark[] = [];
  const state = { blank: false, screen: 1, loaded: 0, pictures: 0, input: 0, appliedAtMs: 0, grabs: [] as (() => void)[], sizes: [] as { width: number; height: number }[], nonces: [] as (number | undefined)[] };
  const empty = Buffer.alloc(320 * 240 * 4);
  const stripes = Buffer.from(Array.from({ length: 320 * 240 * 4 }, (_, at) => (at % 64 < 32 ? 0 : 200)));
  const stream = new VideoStream(
    {
      source: {
        exact,
        grab: (use) => {
          const run = () => use({ data: state.blank ? empty : stripes, strideBytes: 320 * 4 });
          if (grabLater) state.grabs.push(run);
          else run();
        },
      },
      encoder: {
        name: "x264",
        codec: "H264",
        load: () => void (state.loaded = state.screen),
        loadIfDifferent() {
          const different = state.loaded !== state.screen;
          state.loaded = state.screen;
          return different;
        },
        encode: (_pts90k, { keyframe, nonce }) => {
          state.nonces.push(nonce);
          return { data: Buffer.alloc(1), keyframe: keyframe || marks.length === 0 };
        },
        setRate() {},
        setSize: (size) => void state.sizes.push(size),
      },
      send: () => 1,
      readInput: () => ({ inputSeq: state.input, inputAppliedAtMs: state.appliedAtMs }),
      nowMs: () => performance.now(),
      size: { width: 320, height: 240 },
      target: { bitrateKbps: 1000, fps: 60 },
      timestampOffset: 2 ** 32 - 90,
      onFrame: (mark) => void marks.push(mark),
      onFirstPicture: () => void state.pictures++,
    },
    scope,
  );
  return { stream, scope, marks, state };
}

describe("a video stream", () => {
  it("sends the screen as it is when it starts, as a keyframe", () => {
    const { stream, marks, state } = createStream();
    stream.start();
    expect(marks).toMatchObject([{ frameIndex: 0, keyframe: true, changed: true }]);
    expect(state.pictures).toBe(1);
  });

  it("says when the title has drawn, and sends its picture again for who hears that after it was shown", () => {
    const { stream, marks, state } = createStream();
    state.blank = true;
    stream.start();
    vi.advanceTimersByTime(FLOOR_INTERVAL_MS + 10);
    expect(state.pictures).toBe(0);
    state.blank = false;
    stream.damaged();
    expect(state.pictures).toBe(1);
    const shown = marks.length;
    vi.advanceTimersByTime(FLOOR_INTERVAL_MS / 2);
    expect(marks.slice(shown)).toMatchObject([{ changed: false }]);
  });

  it("takes at once what answers an input, out of turn, and no more than ten times a second", () => {
    const { stream, marks, state } = createStream();
    stream.start();
    // In step with its title; after a pause two frames may follow each other sooner.
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(15);
      stream.damaged();
    }
    vi.advanceTimersByTime(15);
    const before = marks.length;
    stream.damaged();
    vi.advanceTimersByTime(5);
    [state.input, state.appliedAtMs] = [1, performance.now()];
    stream.damaged();
    expect(marks).toHaveLength(before + 2);
    vi.advanceTimersByTime(5);
    [state.input, state.appliedAtMs] = [2, performance.now()];
    stream.damaged();
    expect(marks).toHaveLength(before + 2);
    vi.advanceTimersByTime(FRAME_MS);
    expect(marks).toHaveLength(before + 3);
    expect(marks.at(-1)?.inputSeq).toBe(2);
  });

  it("takes an answer at once although a regular frame came between it and its input, and old changes as usual", () => {
    const { stream, marks, state } = createStream();
    stream.start();
    const inStep = () => {
      for (let i = 0; i < 20; i++) {
        vi.advanceTimersByTime(15);
        stream.damaged();
      }
      return marks.length;
    };
    inStep();
    vi.advanceTimersByTime(14);
    [state.input, state.appliedAtMs] = [1, performance.now()];
    vi.advanceTimersByTime(1);
    stream.damaged();
    const regular = marks.length;
    expect(marks.at(-1)?.inputSeq).toBe(1);
    vi.advanceTimersByTime(3);
    stream.damaged();
    expect(marks).toHaveLength(regular + 1);

    const later = inStep();
    vi.advanceTimersByTime(5);
    stream.damaged();
    expect(marks).toHaveLength(later);
  });

  it("takes nothing while it is held, and the newest at once when it is let go", () => {
    const { stream, marks, state } = createStream();
    stream.start();
    vi.advanceTimersByTime(100);
    stream.setTarget({ bitrateKbps: 1000, fps: 60, hold: true });
    for (state.screen = 2; state.screen < 9; state.screen++) {
      stream.damaged();
      vi.advanceTimersByTime(FRAME_MS);
    }
    expect(marks).toHaveLength(1);
    stream.setTarget({ bitrateKbps: 500, fps: 60, hold: false });
    expect(marks).toHaveLength(2);
    expect(state.loaded).toBe(9);
  });

  it("stays at the newest picture of a title that draws faster than frames are taken", () => {
    const { stream, marks, state } = createStream();
    stream.start();
    const shown: number[] = [];
    for (let drawn = 0; drawn < 480; drawn++) {
      vi.advanceTimersByTime(1000 / 240);
      state.screen++;
      stream.damaged();
      if (marks.length > shown.length) shown.push(state.screen - state.loaded);
    }
    // Two seconds at 240 Hz: a tenth above 60 a second at most, and none of an earlier picture.
    expect(marks.length).toBeLessThanOrEqual(2 * 60 * 1.1 + 2);
    expect(marks.every(({ capturedAtMs, damagedAtMs }) => capturedAtMs - damagedAtMs <= FRAME_MS + 1)).toBe(true);
    expect(Math.max(...shown)).toBeLessThanOrEqual(1);
  });

  it("asks the encoder for another size only when it is another", () => {
    const { stream, state } = createStream();
    stream.start();
    const half = { width: 160, height: 120 };
    for (const size of [half, half, { width: 320, height: 240 }]) stream.setTarget({ bitrateKbps: 1000, fps: 30, size });
    stream.setTarget({ bitrateKbps: 800, fps: 30 });
    expect(state.sizes).toEqual([half, { width: 320, height: 240 }]);
  });

  it("sends a change at once, and what came too soon after it as soon as it may", () => {
    const { stream, marks, state } = createStream();
    stream.start();
    vi.advanceTimersByTime(100);
    stream.damaged();
    state.screen = 2;
    stream.damaged();
    state.screen = 3;
    stream.damaged();
    expect(marks).toHaveLength(2);
    vi.advanceTimersByTime(Math.ceil(FRAME_MS));
    expect(marks).toHaveLength(3);
    expect(state.loaded).toBe(3);
  });

  it("repeats an idle screen at the floor rate, and says that nothing changed", () => {
    const { stream, marks } = createStream();
    stream.start();
    vi.advanceTimersByTime(FLOOR_INTERVAL_MS * 4 + 10);
    expect(marks.map(({ changed }) => changed)).toEqual([true, false, false, false, false]);
    expect(new Set(marks.map(({ rtpTimestamp }) => rtpTimestamp)).size).toBe(5);
  });

  it("keeps RTP timestamps within 32 bits", () => {
    const { stream, marks } = createStream();
    stream.start();
    vi.advanceTimersByTime(FLOOR_INTERVAL_MS * 4);
    for (const { rtpTimestamp } of marks) expect(rtpTimestamp).toBeLessThan(2 ** 32);
  });

  it("answers a request on an idle screen at once, with the picture it has", () => {
    const { stream, marks } = createStream();
    stream.start();
    vi.advanceTimersByTime(200);
    stream.requestKeyframe();
    expect(marks.at(-1)).toMatchObject({ keyframe: true, changed: false });
  });

  it("answers a request in motion with the next frame", () => {
    const { stream, marks } = createStream();
    stream.start();
    vi.advanceTimersByTime(200);
    stream.damaged();
    vi.advanceTimersByTime(5);
    stream.requestKeyframe();
    expect(marks).toHaveLength(2);
    vi.advanceTimersByTime(9);
    stream.damaged();
    expect(marks.slice(1)).toMatchObject([
      { keyframe: false, changed: true },
      { keyframe: true, changed: true },
    ]);
  });

  it("answers many requests with one keyframe, and a later one with another", () => {
    const { stream, marks } = createStream();
    stream.start();
    vi.advanceTimersByTime(200);
    for (let count = 0; count < 5; count++) stream.requestKeyframe();
    vi.advanceTimersByTime(20);
    expect(marks.filter(({ keyframe }) => keyframe)).toHaveLength(2);
    stream.requestKeyframe();
    vi.advanceTimersByTime(100);
    expect(marks.filter(({ keyframe }) => keyframe)).toHaveLength(3);
  });

  // The framebuffer is read without asking the server, so a change can fall between
  // "I have seen it" and the server hearing that; nothing would tell of it again.
  it("looks once more at a screen that came to rest, where a grab is not exact", () => {
    const { stream, marks, state } = createStream({ exact: false });
    stream.start();
    state.screen = 2;
    vi.advanceTimersByTime(60);
    expect(state.loaded).toBe(2);
    expect(marks.map(({ changed }) => changed)).toEqual([true, true]);
  });

  it("sends nothing extra when it had come to rest", () => {
    const { stream, marks } = createStream({ exact: false });
    stream.start();
    vi.advanceTimersByTime(FLOOR_INTERVAL_MS - 1);
    expect(marks).toHaveLength(1);
  });

  it("notes the input that the title had before its pixels were read", () => {
    const { stream, marks, state } = createStream({ grabLater: true });
    [state.input, state.appliedAtMs] = [7, performance.now()];
    stream.start();
    [state.input, state.appliedAtMs] = [8, performance.now()];
    state.grabs.shift()?.();
    expect(marks[0]?.inputSeq).toBe(7);
  });

  it("takes what changed during a grab next, and one grab at a time", () => {
    const { stream, marks, state } = createStream({ grabLater: true });
    stream.start();
    stream.damaged();
    stream.damaged();
    expect(state.grabs).toHaveLength(1);
    state.grabs.shift()?.();
    vi.advanceTimersByTime(20);
    state.grabs.shift()?.();
    expect(state.grabs).toHaveLength(0);
    expect(marks.map(({ changed }) => changed)).toEqual([true, true]);
  });

  it("sends nothing more once it is being closed", async () => {
    const { stream, scope, marks } = createStream();
    stream.start();
    vi.advanceTimersByTime(200);
    const closing = scope.close();
    stream.damaged();
    stream.requestKeyframe();
    await closing;
    expect(marks).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no timer when it ends, and ignores a grab that comes after", async () => {
    const { stream, scope, marks, state } = createStream({ grabLater: true });
    stream.start();
    state.grabs.shift()?.();
    stream.damaged();
    vi.advanceTimersByTime(20);
    await scope.close();
    state.grabs.shift()?.();
    expect(marks).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a number that somebody asks to see", () => {
  it("is in the pictures of a title that draws for a moment, at no cost of frames", () => {
    const { stream, marks, state } = createStream();
    stream.start();
    const draw = (ms: number) => {
      for (let passed = 0; passed < ms; passed += 20) {
        vi.advanceTimersByTime(20);
        stream.damaged();
      }
    };
    draw(200);
    const before = marks.length;
    stream.showNonce(0xbeef);
    draw(400);
    const shown = state.nonces.slice(before);
    expect(shown[0]).toBe(0xbeef);
    const count = shown.filter((nonce) => nonce !== undefined).length;
    expect(shown.slice(0, count).every((nonce) => nonce === 0xbeef)).toBe(true);
    expect(count).toBeGreaterThanOrEqual(5);
    expect(count).toBeLessThan(10);
    expect(marks.slice(before).every(({ changed }) => changed)).toBe(true);
  });

  it("is shown at once on a screen at rest, and gone again soon", () => {
    const { stream, state } = createStream();
    stream.start();
    vi.advanceTimersByTime(600);
    const before = state.nonces.length;
    stream.showNonce(7);
    vi.advanceTimersByTime(40);
    expect(state.nonces.slice(before)).toEqual([7]);
    vi.advanceTimersByTime(160);
    expect(state.nonces.slice(before)).toEqual([7, undefined]);
  });

  it("is not shown to who asks all the time", () => {
    const { stream, state } = createStream();
    stream.start();
    for (let nonce = 1; nonce <= 40; nonce += 1) {
      stream.showNonce(nonce);
      vi.advanceTimersByTime(50);
    }
    expect(new Set(state.nonces.filter((nonce) => nonce !== undefined)).size).toBe(3);
  });
});
