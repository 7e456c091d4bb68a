// The controller on the recorded networks. Bounds are wide enough for any seed
// that was tried and narrow enough to notice a controller that got worse
// (`node tests/net/simulation/measure.ts` prints the figures themselves).

import { makeRateOptions } from "@nearframe/edge-node/rate/tuning";
import { describe, expect, test } from "vitest";
import { bitrates, decisionAt, frameDelays, longestFreezeMs, quantile, reversals, utilisation } from "./read-run.ts";
import { at720p, networkScenario, withDown } from "./scenarios.ts";
import { scoreRun } from "./score-run.ts";
import { simulateSession } from "./simulate-session.ts";
import type { Run } from "./simulate-session.ts";

const SEEDS = [17, 34];

function delayQuantile(run: Run, share: number): number {
  return quantile(frameDelays(run, 2_000, run.scenario.durationMs), share);
}

function freezes(run: Run, longerThanMs: number): number {
  const shown = run.frames.flatMap(({ shownAtMs }) => (shownAtMs === undefined ? [] : [shownAtMs]));
  return shown.slice(1).filter((atMs, index) => atMs - shown[index]! > longerThanMs + 1).length;
}

function used(run: Run): number {
  return utilisation(run, 2_000, run.scenario.durationMs);
}

describe.each(SEEDS)("seed %i", { timeout: 30_000 }, (seed) => {
  test("steady: found in 2 s, used, without swinging", async () => {
    const run = simulateSession({ ...(await networkScenario("steady", 40_000)), seed });
    expect(decisionAt(run, 2_000).bitrateKbps).toBeGreaterThan(15_000);
    expect(used(run)).toBeGreaterThan(0.8);
    expect(delayQuantile(run, 0.95)).toBeLessThan(80);
    const kbps = bitrates(run, 5_000, 40_000);
    expect(quantile(kbps, 0.05) / quantile(kbps, 0.95)).toBeGreaterThan(0.75);
    expect(new Set(run.decisions.filter(({ atMs }) => atMs > 3_000).map(({ fps }) => fps))).toEqual(new Set([60]));
  });

  test("LTE drive: half of a link that halves and doubles within a second, mostly on time", async () => {
    const run = simulateSession({ ...(await networkScenario("lte-drive", 120_000)), seed });
    expect(used(run)).toBeGreaterThan(0.45);
    expect(delayQuantile(run, 0.5)).toBeLessThan(70);
    expect(delayQuantile(run, 0.95)).toBeLessThan(120);
    expect(longestFreezeMs(run, 0, 120_000)).toBeLessThan(400);
    expect(Math.min(...scoreRun(run))).toBeGreaterThan(3.1);
  });

  test("LTE drive at 720p60: each minute is at least acceptable (MOS 3.6)", async () => {
    const run = simulateSession({ ...at720p(await networkScenario("lte-drive", 120_000)), seed });
    expect(Math.min(...scoreRun(run))).toBeGreaterThan(3.6);
  });

  test("LTE drive at 720p60 over a path that trembles by 10 ms: jitter is not taken for a queue for long", async () => {
    const { down, ...rest } = at720p(await networkScenario("lte-drive", 180_000));
    const run = simulateSession({ ...rest, down: { ...down, jitter: { kind: "exponential", ms: 10, everyMs: 10 } }, seed });
    expect(Math.min(...scoreRun(run))).toBeGreaterThan(3.55);
    expect(delayQuantile(run, 0.95)).toBeLessThan(130);
  });

  test("Wi-Fi with interference: bursts neither collapse the rate nor hold the picture for long", async () => {
    const run = simulateSession({ ...(await networkScenario("wifi-interference", 60_000)), seed });
    expect(used(run)).toBeGreaterThan(0.6);
    expect(delayQuantile(run, 0.95)).toBeLessThan(120);
    expect(longestFreezeMs(run, 0, 60_000)).toBeLessThan(600);
  });

  test("DSL with a second of queue: the queue stays empty", async () => {
    const run = simulateSession({ ...(await networkScenario("dsl-bufferbloat", 90_000)), seed });
    expect(used(run)).toBeGreaterThan(0.75);
    expect(delayQuantile(run, 0.95)).toBeLessThan(100);
    expect(delayQuantile(run, 0.99)).toBeLessThan(150);
  });

  test("3G: the picture gets smaller, and stays playable", async () => {
    const run = simulateSession({ ...(await networkScenario("3g", 60_000)), seed });
    expect(used(run)).toBeGreaterThan(0.55);
    expect(delayQuantile(run, 0.95)).toBeLessThan(230);
    expect(run.decisions.some(({ size }) => size.ratio < 1)).toBe(true);
  });

  test.each(["lte-drive", "3g", "wifi-interference"])("%s: another size costs a keyframe, and comes a few times a minute, never twice in a second", async (name) => {
    const run = simulateSession({ ...(await networkScenario(name, 60_000)), seed });
    const changes = run.decisions.filter(({ size }, i) => i > 0 && size.ratio !== run.decisions[i - 1]?.size.ratio);
    expect(changes.length).toBeLessThanOrEqual(6);
    expect(changes.every(({ atMs }, i) => i === 0 || atMs - changes[i - 1]!.atMs > 1_000)).toBe(true);
  });

  test("satellite: another one every 15 s costs nothing lasting", async () => {
    const run = simulateSession({ ...(await networkScenario("satellite", 90_000)), seed });
    expect(used(run)).toBeGreaterThan(0.85);
    expect(delayQuantile(run, 0.95)).toBeLessThan(140);
  });

  test("3 % loss in runs of 8: full rate, and no freeze as long as 150 ms", async () => {
    const run = simulateSession({ ...(await networkScenario("burst-loss", 40_000)), seed });
    expect(used(run)).toBeGreaterThan(0.9);
    expect(longestFreezeMs(run, 0, 40_000)).toBeLessThan(150);
  });

  test("the same for a browser that knows no round trip: such freezes only where a keyframe was hit as well", async () => {
    const run = simulateSession({ ...(await networkScenario("burst-loss", 40_000)), roundTripKnown: false, seed });
    expect(used(run)).toBeGreaterThan(0.9);
    expect(freezes(run, 150)).toBeLessThanOrEqual(3);
    expect(longestFreezeMs(run, 0, 40_000)).toBeLessThan(250);
  });

  test("8 % random loss without delay is no reason to send less", () => {
    const run = simulateSession({ ...withDown({ delayMs: 15, lossFraction: 0.08, rateKbps: 50_000 }, 30_000), seed });
    // Two repairs lost in a row look like a queue now and then, for a second.
    expect(quantile(bitrates(run, 10_000, 30_000), 0.1)).toBeGreaterThan(11_000);
    expect(quantile(bitrates(run, 10_000, 30_000), 0.25)).toBeGreaterThan(17_000);
  });

  test("a 5 Mbit/s line from the start: found in 2 s, without a lasting queue", () => {
    const run = simulateSession({ ...withDown({ delayMs: 15, rateKbps: 5_000, queueMs: 400 }, 30_000), seed });
    expect(decisionAt(run, 2_000).bitrateKbps).toBeGreaterThan(3_000);
    expect(decisionAt(run, 2_000).bitrateKbps).toBeLessThan(6_500);
    expect(delayQuantile(run, 0.95)).toBeLessThan(130);
    expect(reversals(run, 5_000, 30_000, 0.3)).toBeLessThanOrEqual(2);
  });

  test.each([3_000, 50_000])("a line of %i kbit/s from the start, for a title worth 50 Mbit/s: found in 2 s", (rateKbps) => {
    const options = makeRateOptions({ width: 1920, height: 1080 }, 60, 50_000);
    const run = simulateSession({ ...withDown({ delayMs: 15, rateKbps, queueMs: 400 }, 10_000), options, seed });
    expect(decisionAt(run, 2_000).bitrateKbps / rateKbps).toBeGreaterThan(0.55);
    expect(decisionAt(run, 2_000).bitrateKbps / rateKbps).toBeLessThan(1.3);
    expect(quantile(frameDelays(run, 3_000, 10_000), 0.95)).toBeLessThan(150);
  });

  test("a path that becomes 60 ms longer is not taken for a full one for long", () => {
    const trace = { stepMs: 10_000, rateKbps: [24_000, 24_000, 24_000], delayMs: [0, 60, 60] };
    const run = simulateSession({ ...withDown({ delayMs: 10, trace }, 25_000), seed });
    expect(quantile(bitrates(run, 15_000, 25_000), 0.1)).toBeGreaterThan(18_000);
  });

  test("after a blackout of 2 s the picture moves at once and the rate is back in a second", () => {
    const blackouts = [{ fromMs: 10_000, forMs: 2_000, everyMs: null }];
    const run = simulateSession({ ...withDown({ delayMs: 15, rateKbps: 24_000, blackouts }, 20_000), seed });
    expect(longestFreezeMs(run, 0, 20_000)).toBeLessThan(2_200);
    expect(decisionAt(run, 13_800)).toMatchObject({ bitrateKbps: 20_000, fps: 60, size: { ratio: 1 } });
  });

  test("a menu that sends little, then a fight: the rate is found when it is needed", () => {
    const scenario = withDown({ delayMs: 10, rateKbps: 12_000, queueMs: 300 }, 20_000);
    const run = simulateSession({ ...scenario, seed, demandKbps: (atMs) => (atMs < 8_000 ? 700 : Infinity) });
    expect(decisionAt(run, 7_900).limit).toBe("link-unproven");
    expect(decisionAt(run, 10_000).bitrateKbps).toBeGreaterThan(7_500);
    expect(delayQuantile(run, 0.95)).toBeLessThan(100);
  });

  test.each([20, 25])("a decoder of %i ms a frame: what waits in the player is skipped, then a smaller picture is sent, then fewer frames", (decodeMs) => {
    const run = simulateSession({ ...withDown({ delayMs: 15, rateKbps: 50_000 }, 20_000), seed, decodeMs });
    // Followed, it would grow by 200 ms and more each second.
    expect(delayQuantile(run, 1)).toBeLessThan(250);
    expect(longestFreezeMs(run, 1_000, 20_000)).toBeLessThan(100);
    expect(decisionAt(run, 4_000)).toMatchObject({ fps: 60, size: { ratio: 3 / 4 }, limit: "player-decoder" });
    expect(decisionAt(run, 8_000)).toMatchObject({ fps: 30, limit: "player-decoder" });
  });

  test("without news of frames the estimate is followed: slower, and still no lasting queue", () => {
    const run = simulateSession({ ...withDown({ delayMs: 15, rateKbps: 6_000, queueMs: 400 }, 60_000), seed, frameNews: false });
    expect(quantile(bitrates(run, 30_000, 60_000), 0.5)).toBeGreaterThan(3_000);
    expect(delayQuantile(run, 0.95)).toBeLessThan(150);
  });
});

test("the same seed is the same session, frame by frame", async () => {
  const scenario = { ...(await networkScenario("lte-drive", 10_000)), seed: 5 };
  expect(simulateSession(scenario).frames).toEqual(simulateSession(scenario).frames);
});
