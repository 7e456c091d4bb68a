import { describe, expect, test } from "vitest";
import { climbLadder, makeLadder, TOP_OF_LADDER } from "./ladder.ts";
import type { LadderState } from "./ladder.ts";

const HD = { size: { width: 1280, height: 720 }, fps: 60 };

/** Feeds one bitrate every 50 ms; returns where it ends. */
function hold(state: LadderState, kbps: number, fromMs: number, forMs: number, floorRung = 0): LadderState {
  let current = state;
  for (let atMs = fromMs; atMs <= fromMs + forMs; atMs += 50) {
    current = climbLadder(makeLadder(HD), current, kbps, floorRung, atMs);
  }
  return current;
}

describe("a ladder", () => {
  test("gives up a quarter of each side, then frame rate, then the rest", () => {
    expect(makeLadder(HD).map(({ fps, size }) => `${size.width}x${size.height} ${fps}`)).toEqual([
      "1280x720 60",
      "960x540 60",
      "960x540 30",
      "640x360 30",
      "480x270 30",
    ]);
  });

  test.each([
    { width: 1920, height: 1080 },
    { width: 1080, height: 2340 },
    { width: 640, height: 400 },
    { width: 1366, height: 768 },
    { width: 320, height: 240 },
  ])("of $width x $height keeps the aspect and even sides, and never asks for more bits further down", (size) => {
    const ladder = makeLadder({ size, fps: 60 });
    expect(ladder.length).toBeGreaterThanOrEqual(2);
    for (const [index, rung] of ladder.entries()) {
      expect(rung.size.width % 2).toBe(0);
      expect(rung.size.height % 2).toBe(0);
      expect(Math.abs(rung.size.width / rung.size.height / (size.width / size.height) - 1)).toBeLessThan(0.02);
      expect(rung.minKbps).toBeLessThan(ladder[index - 1]?.minKbps ?? Infinity);
    }
  });

  test("of a title at 30 fps is not made slower than 15", () => {
    expect(makeLadder({ ...HD, fps: 30 }).map(({ fps }) => fps)).toEqual([30, 30, 15, 15, 15]);
  });
});

test("of a picture that is small already has its own size alone", () => {
  expect(makeLadder({ size: { width: 160, height: 120 }, fps: 60 }).map(({ size, fps }) => [size.height, fps])).toEqual([[120, 60], [120, 30]]);
});

describe("going down", () => {
  test("in frame rate is immediate", () => {
    expect(climbLadder(makeLadder(HD), { rung: 1, pressedSinceMs: undefined, pressure: "none" }, 1_200, 0, 0).rung).toBe(2);
  });

  test("in size waits until the bits have been missing for a while", () => {
    const slow = hold(TOP_OF_LADDER, 2_000, 0, 500);
    expect(slow.rung).toBe(0);
    expect(hold(slow, 2_000, 550, 800).rung).toBe(1);
  });

  test("a dip does not cost the size", () => {
    const dipped = hold(hold(TOP_OF_LADDER, 3_000, 0, 100), 2_000, 150, 400);
    expect(hold(dipped, 3_000, 600, 2_000).rung).toBe(0);
  });

  test("ends on the last rung", () => {
    expect(hold(TOP_OF_LADDER, 10, 0, 20_000).rung).toBe(4);
  });
});

describe("going up", () => {
  const half: LadderState = { rung: 2, pressedSinceMs: undefined, pressure: "none" };
  const smaller: LadderState = { rung: 1, pressedSinceMs: undefined, pressure: "none" };

  test("takes room to spare for a while, then one rung at a time", () => {
    expect(hold(half, 1_900, 0, 900).rung).toBe(2);
    expect(hold(half, 1_900, 0, 1_100).rung).toBe(1);
    expect(hold(half, 1_900, 0, 20_000).rung).toBe(1);
    expect(hold(smaller, 3_400, 0, 2_000).rung).toBe(1);
    expect(hold(smaller, 3_400, 0, 3_100).rung).toBe(0);
  });

  test("is quicker with plenty of room", () => {
    expect(hold(half, 10_000, 0, 2_500).rung).toBe(0);
  });

  test("a rate that wobbles about a rung does not move the picture", () => {
    let state = hold(smaller, 1_200, 0, 100);
    const seen = new Set<number>();
    for (let second = 0; second < 30; second++) {
      state = hold(state, second % 2 === 0 ? 1_300 : 1_700, 1_000 + second * 1_000, 950);
      seen.add(state.rung);
    }
    expect([...seen]).toEqual([2]);
  });
});

test("a floor holds however many bits there are", () => {
  expect(hold(TOP_OF_LADDER, 20_000, 0, 5_000, 2).rung).toBe(2);
});

describe("what the player wants no more of", () => {
  const title = { size: { width: 1280, height: 720 }, fps: 60 };
  const heights = (preferred: { maxHeight: number; maxFps: number }) =>
    makeLadder({ ...title, preferred }).map(({ size, fps }) => [size.height, fps]);

  test("is not on the ladder", () => {
    expect(heights({ maxHeight: 360, maxFps: 30 })).toEqual([[360, 30], [270, 30]]);
    expect(heights({ maxHeight: Infinity, maxFps: 30 })[0]).toEqual([720, 30]);
  });

  test("leaves the lowest rung where nothing is low enough", () => {
    expect(heights({ maxHeight: 90, maxFps: 10 })).toEqual([[270, 30]]);
  });
});
