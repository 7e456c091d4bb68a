import { describe, expect, it } from "vitest";
import { FALL_INTERVAL_MS, SMALL_RISE_INTERVAL_MS, STEP_INTERVAL_MS, isWorthAKeyframe } from "./rate-step.ts";

describe("a change of rate that costs a keyframe", () => {
  it.each([
    ["a fall by a fifth or more is obeyed almost at once", 8000, 6400, FALL_INTERVAL_MS],
    ["a smaller fall waits a second", 8000, 7000, STEP_INTERVAL_MS],
    ["a rise by a fifth or more waits a second", 5000, 6000, STEP_INTERVAL_MS],
    ["a smaller rise waits five", 5000, 5500, SMALL_RISE_INTERVAL_MS],
  ])("%s", (_what, appliedKbps, wantedKbps, intervalMs) => {
    expect(isWorthAKeyframe(appliedKbps, wantedKbps, intervalMs - 1)).toBe(false);
    expect(isWorthAKeyframe(appliedKbps, wantedKbps, intervalMs)).toBe(true);
  });

  it("is never made for what nobody sees", () => {
    for (const wantedKbps of [4800, 5000, 5200]) expect(isWorthAKeyframe(5000, wantedKbps, 3_600_000)).toBe(false);
  });

  it("makes at most one keyframe in two seconds of a steady climb, and follows a collapse within three", () => {
    const steps = (rates: (atMs: number) => number, durationMs: number) => {
      let [applied, changedAtMs] = [rates(0), -SMALL_RISE_INTERVAL_MS];
      const changes: number[] = [];
      for (let atMs = 0; atMs < durationMs; atMs += 50) {
        if (!isWorthAKeyframe(applied, rates(atMs), atMs - changedAtMs)) continue;
        [applied, changedAtMs] = [rates(atMs), atMs];
        changes.push(atMs);
      }
      return { changes, applied };
    };
    const climb = steps((atMs) => 1000 * 1.08 ** (atMs / 1000), 20_000);
    expect(climb.changes.length).toBeLessThanOrEqual(10);
    const collapse = steps((atMs) => 8000 * Math.max(0.1, 1 - atMs / 500), 1_000);
    expect(collapse.applied).toBe(800);
    expect(collapse.changes.length).toBeLessThanOrEqual(3);
  });
});
