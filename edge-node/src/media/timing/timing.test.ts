import { describe, expect, it } from "vitest";
import { seededRandom } from "../testing/random.ts";
import { measureFrame, measuredFps, startFrameRate } from "./frame-rate.ts";
import { KEYFRAME_INTERVAL_MS_MIN, keyframeDue, keyframeSent, noKeyframes, requestKeyframe } from "./keyframes.ts";
import { idlePacer, pace } from "./pacer.ts";

/** A screen that changes at the given times, and a pacer that is asked then and when it said to be asked again. */
function takeAll(changesAtMs: readonly number[], fps: number): { takenAtMs: number[]; delaysMs: number[] } {
  const takenAtMs: number[] = [];
  const delaysMs: number[] = [];
  let pacer = idlePacer;
  let pendingSinceMs: number | undefined;
  let askAgainAtMs = Infinity;
  const ask = (nowMs: number) => {
    if (pendingSinceMs === undefined) return;
    const decision = pace(pacer, fps, nowMs, false);
    if (decision.take) {
      pacer = decision.pacer;
      takenAtMs.push(nowMs);
      delaysMs.push(nowMs - pendingSinceMs);
      pendingSinceMs = undefined;
      askAgainAtMs = Infinity;
    } else {
      askAgainAtMs = nowMs + decision.waitMs;
    }
  };
  for (const atMs of [...changesAtMs, Infinity]) {
    while (askAgainAtMs <= atMs && askAgainAtMs < Infinity) ask(askAgainAtMs);
    if (atMs === Infinity) break;
    pendingSinceMs ??= atMs;
    ask(atMs);
  }
  return { takenAtMs, delaysMs };
}

const every = (intervalMs: number, count: number, jitter: (index: number) => number = () => 0) =>
  Array.from({ length: count }, (_, index) => 1000 + index * intervalMs + jitter(index)).toSorted((a, b) => a - b);

describe("the pacer", () => {
  it.each([
    ["at the rate", 1000 / 60],
    ["a little above it, as a title that sleeps 16 ms between frames", 16],
    ["far below it", 1000 / 35],
  ])("takes every frame at once from a title that draws %s", (_what, intervalMs) => {
    const { delaysMs, takenAtMs } = takeAll(every(intervalMs, 600), 60);
    expect(takenAtMs).toHaveLength(600);
    expect(Math.max(...delaysMs)).toBe(0);
  });

  it("takes every frame of a title with jitter, and holds hardly any back", () => {
    const random = seededRandom(60);
    const { delaysMs, takenAtMs } = takeAll(every(1000 / 60, 600, () => (random() - 0.5) * 6), 60);
    expect(takenAtMs).toHaveLength(600);
    expect(delaysMs.filter((delayMs) => delayMs > 0).length).toBeLessThan(60);
    expect(Math.max(...delaysMs)).toBeLessThan(6);
  });

  it("halves a title that draws twice as fast, and never stays behind", () => {
    const changes = every(1000 / 120, 1200);
    const { takenAtMs } = takeAll(changes, 60);
    expect(takenAtMs.length).toBeGreaterThan(590);
    expect(takenAtMs.length).toBeLessThanOrEqual(661);
    // What was drawn last is taken last.
    expect(takenAtMs.at(-1)).toBeGreaterThanOrEqual(changes.at(-1) ?? Infinity);
  });

  it("postpones the last change of a burst and drops none", () => {
    const { takenAtMs } = takeAll([1000, 1001, 1002], 30);
    expect(takenAtMs).toHaveLength(2);
    expect(takenAtMs[1]).toBeCloseTo(1000 + 0.5 * (1000 / 33), 0);
  });
});

describe("the measured frame rate", () => {
  const measure = (times: readonly number[], fps = 60) =>
    measuredFps(times.reduce((rate, atMs) => measureFrame(rate, atMs), startFrameRate(fps)), fps);

  it("starts from what the title promised", () => {
    expect(measuredFps(startFrameRate(60), 60)).toBeCloseTo(60);
  });

  it("finds the rate of a title that draws less often", () => {
    expect(measure(every(1000 / 35, 200))).toBeCloseTo(35, 0);
  });

  it("does not take a pause for a slow title", () => {
    const pauses = Array.from({ length: 20 }, (_, index) => index * 2000);
    expect(measure(pauses)).toBeCloseTo(60);
  });

  it("believes a faster title within a few frames", () => {
    const slow = every(1000 / 20, 100);
    const from = slow.at(-1) ?? 0;
    expect(measure([...slow, ...Array.from({ length: 8 }, (_, index) => from + (index + 1) * 16.7)])).toBeGreaterThan(50);
  });

  it("is never above the highest rate", () => {
    expect(measure(every(8, 100))).toBe(60);
  });
});

describe("keyframes on request", () => {
  it("come at once when none was sent lately", () => {
    const asked = requestKeyframe(noKeyframes, 5000);
    expect(keyframeDue(asked, 5000)).toBe(true);
    expect(keyframeDue(keyframeSent(5000), 5000)).toBe(false);
  });

  it("cost one for all who ask before it is encoded", () => {
    const asked = requestKeyframe(requestKeyframe(noKeyframes, 5000), 5003);
    expect(asked.dueAtMs).toBe(5000);
  });

  it("wait a little after the last, but are not forgotten: who asks may have come after it", () => {
    const asked = requestKeyframe(keyframeSent(5000), 5010);
    expect(keyframeDue(asked, 5010)).toBe(false);
    expect(keyframeDue(asked, 5000 + KEYFRAME_INTERVAL_MS_MIN)).toBe(true);
  });
});
