// The link's rate falls to a quarter and comes back: issue 3's step.

import { describe, expect, test } from "vitest";
import { bitrates, decisionAt, frameDelays, longestFreezeMs, quantile, reversals } from "./read-run.ts";
import { STEP, stepScenario } from "./scenarios.ts";
import { simulateSession } from "./simulate-session.ts";

describe.each([17, 34, 51])("20 to 5 to 20 Mbit/s (seed %i)", (seed) => {
  const run = simulateSession({ ...stepScenario(), seed });

  test("start-up is at the title's maximum within 2 s", () => {
    expect(decisionAt(run, 2_000).bitrateKbps).toBe(20_000);
  });

  test("the fall is answered within 300 ms", () => {
    const answered = run.decisions.find(({ atMs, bitrateKbps }) => atMs > STEP.downAtMs && bitrateKbps < STEP.lowKbps);
    expect(answered?.atMs).toBeLessThan(STEP.downAtMs + 300);
  });

  test("a second later frames are on time again, and the picture never stood still", () => {
    const delays = frameDelays(run, STEP.downAtMs + 1_000, STEP.upAtMs);
    expect(quantile(delays, 0.95)).toBeLessThan(100);
    expect(longestFreezeMs(run, STEP.downAtMs - 500, STEP.upAtMs)).toBeLessThan(150);
  });

  test("the fall included, 95 of 100 frames take less than 100 ms", () => {
    expect(quantile(frameDelays(run, STEP.downAtMs - 2_000, STEP.upAtMs), 0.95)).toBeLessThan(100);
  });

  test("what is left of the link is used", () => {
    const kbps = bitrates(run, STEP.downAtMs + 2_000, STEP.upAtMs);
    expect(quantile(kbps, 0.5)).toBeGreaterThan(0.75 * STEP.lowKbps);
    expect(quantile(kbps, 0.95)).toBeLessThan(1.2 * STEP.lowKbps);
  });

  test("the rise is used within 4 s, and the rate stays up", () => {
    const back = run.decisions.find(({ atMs, bitrateKbps }) => atMs > STEP.upAtMs && bitrateKbps > 18_000);
    expect(back?.atMs).toBeLessThan(STEP.upAtMs + 4_000);
    expect(reversals(run, STEP.upAtMs + 4_000, STEP.endMs, 0.1)).toBe(0);
  });

  test("the picture is its own size and rate again in the end", () => {
    expect(decisionAt(run, STEP.endMs)).toMatchObject({ fps: 60, size: { ratio: 1 }, limit: "none" });
  });
});
