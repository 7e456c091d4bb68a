import { describe, expect, test } from "vitest";
import { faultsIn } from "@nearframe/shared/checking/criteria";
import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import { freezesIn, quantile } from "./freezes.ts";
import { createWatch, frameTruth, SETTLE_MS, type SeenPicture } from "./watch.ts";
import { countPacket, lostBetween, NOTHING_HEARD } from "./wire.ts";

describe("what was lost on the wire", () => {
  const count = (sequences: readonly number[], from = NOTHING_HEARD) => sequences.reduce(countPacket, from);

  test("is each number that never came", () => {
    expect(lostBetween(NOTHING_HEARD, count([5, 6, 8, 9, 12]))).toEqual({ sent: 8, lost: 3 });
  });
  test("is not what was overtaken, nor the wrap", () => {
    expect(lostBetween(NOTHING_HEARD, count([65_534, 0, 65_535, 1]))).toEqual({ sent: 4, lost: 0 });
  });
  test("is told for a span", () => {
    const before = count([1, 2, 4]);
    expect(lostBetween(before, count([5, 7], before))).toEqual({ sent: 3, lost: 1 });
  });
});

describe("freezes", () => {
  const every = (ms: number, count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i * ms);
  test("are not the steps of a steady stream, however slow", () => {
    expect(freezesIn(every(16, 100), 1_600).count).toBe(0);
    expect(freezesIn(every(200, 10), 2_000).count).toBe(0);
  });
  test("are gaps that an eye sees", () => {
    expect(freezesIn([...every(16, 50), ...every(16, 50, 1_300)], 2_100)).toEqual({ count: 1, totalMs: 1_300 - 49 * 16 });
  });
  test("last until the end when nothing comes any more", () => {
    expect(freezesIn(every(16, 50), 5_000).totalMs).toBe(5_000 - 49 * 16);
  });
  test("of nothing are none", () => expect(freezesIn([], 1_000)).toEqual({ count: 0, totalMs: 0 }));
});

test("a quantile is a value that was measured", () => {
  expect([quantile([3, 1, 2], 0.5), quantile([1, 2, 3, 4], 0.95), quantile([], 0.5)]).toEqual([2, 4, undefined]);
});

describe("frames declared and received", () => {
  const frames = (from: number, to: number) => new Map(Array.from({ length: to - from }, (_, i) => [((from + i) * 1_500) >>> 0, 1_000] as const));
  test("are held against each other over the same span", () => {
    expect(frameTruth(frames(0, 130), frames(10, 110))).toEqual({ framesDeclared: 94, framesReceived: 94, bytesDeclared: 94_000, bytesReceived: 94_000 });
  });
  test("show frames that were told of and never came", () => {
    const some = new Map([...frames(0, 100)].filter((_, i) => i % 2 === 0));
    const { framesDeclared, framesReceived } = frameTruth(frames(0, 100), some);
    expect(framesDeclared).toBeGreaterThan(framesReceived * 1.9);
  });
  test("hold across the wrap of the clock", () => {
    const near = 2 ** 32 / 1_500 - 50;
    expect(frameTruth(frames(near, near + 100), frames(near, near + 100))).toEqual({ framesDeclared: 94, framesReceived: 94, bytesDeclared: 94_000, bytesReceived: 94_000 });
  });
});

describe("a watch", () => {
  const TITLE = { size: { width: 1280, height: 720 }, fps: 60 };
  const START_MS = 1_000;
  const PACKETS = 8;

  type Bent = { isNew?: (i: number) => boolean; size?: { width: number; height: number }; comes?: (i: number) => boolean; flipsAfterMs?: number };

  /** Ten seconds at 60 fps, bent as told. */
  function play({ isNew = () => true, size = TITLE.size, comes = () => true, flipsAfterMs = 40 }: Bent = {}) {
    const watch = createWatch(0, TITLE);
    let flips = 0;
    let flipAtMs = Infinity;
    for (let i = 0; i < 600; i += 1) {
      const atMs = START_MS + (i * 1_000) / 60;
      if (i % 60 === 30) {
        watch.handlePress(atMs);
        flipAtMs = atMs + flipsAfterMs;
      }
      if (atMs >= flipAtMs) {
        flips += 1;
        flipAtMs = Infinity;
      }
      watch.handleMark({ rtpTimestamp: i * 1_500, payloadBytes: 8_800 } as WireFrameMark);
      if (!comes(i)) continue;
      for (let n = 0; n < PACKETS; n += 1) watch.handleWire({ kind: "video", sequence: i * PACKETS + n, bytes: 1_100 });
      watch.handleFramePacket(i * 1_500, 8_800);
      const seen: SeenPicture = { atMs, ...size, isNew: isNew(i), decodeMs: 2, flips };
      watch.handlePicture(seen);
    }
    watch.handleSound(0.2);
    watch.handleRoundTrip(12);
    return watch.observe(START_MS + 10_000);
  }

  test("of an honest node tells it as it was, and finds nothing", () => {
    const seen = play();
    expect(seen).toMatchObject({ startupMs: START_MS, width: 1280, height: 720, soundHeard: true, freezeMs: 0, lossShare: 0, roundTripMs: 12 });
    expect(seen.watchedMs).toBeCloseTo(10_000 - SETTLE_MS, -2);
    expect(seen.distinctFps).toBeCloseTo(60, 0);
    expect(seen.receivedKbps).toBeCloseTo(60 * PACKETS * 1.1 * 8, -2);
    expect(seen.clickToPhotonP95Ms).toBeCloseTo(50, 0);
    expect(faultsIn(seen)).toEqual([]);
  });

  test("counts a frame that is sent twice once", () => {
    const seen = play({ isNew: (i) => i % 2 === 0 });
    expect(seen.distinctFps).toBeCloseTo(30, 0);
    expect(faultsIn(seen)).toContain("few-frames");
  });

  test("sees a picture that stands still, though frames come", () => {
    expect(faultsIn(play({ isNew: (i) => i < 300 || i > 400 }))).toContain("frozen");
  });

  test("sees frames that were only said to have been sent", () => {
    // Every second frame never was; its packets have no numbers, so nothing was lost.
    const watch = createWatch(0, TITLE);
    for (let i = 0; i < 600; i += 1) {
      watch.handleMark({ rtpTimestamp: i * 1_500, payloadBytes: 8_800 } as WireFrameMark);
      if (i % 2 === 1) continue;
      watch.handleWire({ kind: "video", sequence: i / 2, bytes: 8_000 });
      watch.handleFramePacket(i * 1_500, 8_800);
      watch.handlePicture({ atMs: (i * 1_000) / 60, ...TITLE.size, isNew: true, decodeMs: 2, flips: undefined });
    }
    const seen = watch.observe(10_000);
    expect(seen.framesDeclared).toBeGreaterThan(seen.framesReceived * 1.9);
    expect(faultsIn(seen)).toContain("frames-inflated");
  });

  test("takes frames that the path lost for lost, and blames nobody for telling of them", () => {
    const seen = play({ comes: (i) => i % 10 !== 5 });
    expect(seen.lossShare).toBeCloseTo(0.1, 2);
    expect(faultsIn(seen)).toEqual(["lossy-path"]);
  });

  test("sees a small picture and a late answer", () => {
    expect(faultsIn(play({ size: { width: 640, height: 360 } }))).toContain("small-picture");
    expect(faultsIn(play({ flipsAfterMs: 300 }))).toContain("late-response");
  });

  test("of nothing is a node that never started", () => {
    const seen = createWatch(0, TITLE).observe(30_000);
    expect(seen).toMatchObject({ watchedMs: 0, distinctFps: 0, width: 0 });
    expect(faultsIn(seen)).toEqual(["never-started"]);
  });

  test("tells each second what a player tells", () => {
    const watch = createWatch(0, TITLE);
    expect(watch.sample(1_000)).toBeUndefined();
    for (let i = 0; i < 60; i += 1) {
      watch.handleWire({ kind: "video", sequence: i, bytes: 1_000 });
      watch.handlePicture({ atMs: 1_000 + (i * 1_000) / 60, ...TITLE.size, isNew: true, decodeMs: 2, flips: undefined });
    }
    expect(watch.sample(2_000)).toMatchObject({ framesShown: 60, packetsLost: 0, freezes: 0, width: 1280, decodeMs: 2 });
    expect(watch.sample(3_000)).toMatchObject({ framesShown: 0, receivedKbps: 0 });
  });
});
