import { describe, expect, test } from "vitest";
import { MOS_MAX, MOS_MIN, scoreGaming } from "./g1072.ts";
import type { GamingQualityInput, Interaction, VideoComplexity } from "./g1072.ts";
import golden from "./g1072.vectors.json" with { type: "json" };

const GOOD: GamingQualityInput = {
  bitrateMbps: 15,
  fps: 60,
  pixels: 1920 * 1080,
  delayMs: 20,
  loss: { kind: "frames", lossPercent: 0 },
  slicedLossPercent: 0,
  interaction: "high",
  complexity: "high",
};

describe("the ten vectors of the Recommendation", () => {
  test.each(golden.vectors)(
    "$bitrateMbps Mbit/s, $fps fps, $height lines, $delayMs ms, $packetLossPercent % and $slicedLossPercent % lost: $mos",
    (vector) => {
      const { mos, extrapolated } = scoreGaming({
        bitrateMbps: vector.bitrateMbps,
        fps: vector.fps,
        pixels: vector.width * vector.height,
        delayMs: vector.delayMs,
        loss: { kind: "packets", lossPercent: vector.packetLossPercent },
        slicedLossPercent: vector.slicedLossPercent,
        interaction: vector.interaction as Interaction,
        complexity: vector.complexity as VideoComplexity,
      });
      expect(mos).toBeCloseTo(vector.mos, 7);
      expect(extrapolated).toBe(false);
    },
  );
});

describe("thresholds that the indexer relies on (15 Mbit/s, 1080p60)", () => {
  test.each([
    { mos: 4.0, delayMs: 71, interaction: "high" },
    { mos: 3.6, delayMs: 120, interaction: "high" },
    { mos: 3.1, delayMs: 175, interaction: "high" },
    { mos: 4.0, delayMs: 163, interaction: "low" },
  ] as const)("$interaction interaction falls below $mos at $delayMs ms", ({ mos, delayMs, interaction }) => {
    expect(scoreGaming({ ...GOOD, interaction, delayMs: delayMs - 1 }).mos).toBeGreaterThanOrEqual(mos);
    expect(scoreGaming({ ...GOOD, interaction, delayMs: delayMs + 1 }).mos).toBeLessThan(mos);
  });
});

describe("whatever goes wrong, the score does not rise", () => {
  const worse: readonly [string, (step: number) => Partial<GamingQualityInput>][] = [
    ["more delay", (step) => ({ delayMs: step * 40 })],
    ["more frames lost", (step) => ({ loss: { kind: "frames", lossPercent: step * 10 } })],
    ["more broken slices", (step) => ({ slicedLossPercent: step * 0.05 })],
    ["fewer bits", (step) => ({ bitrateMbps: 50 - step * 4.9 })],
  ];
  test.each(worse)("%s", (_name, change) => {
    const scores = Array.from({ length: 11 }, (_, step) => scoreGaming({ ...GOOD, ...change(step) }).mos);
    for (const [index, mos] of scores.entries()) {
      expect(mos).toBeLessThanOrEqual(scores[Math.max(0, index - 1)]!);
      expect(mos).toBeGreaterThanOrEqual(MOS_MIN);
      expect(mos).toBeLessThanOrEqual(MOS_MAX);
    }
    expect(scores.at(-1)).toBeLessThan(scores[0]!);
  });
});

describe("inputs outside the model", () => {
  test.each([
    ["4K", { pixels: 3840 * 2160 }, { pixels: 1920 * 1080 }],
    ["120 fps", { fps: 120 }, { fps: 60 }],
    ["half a second of delay", { delayMs: 500 }, { delayMs: 400 }],
    ["a dead stream", { bitrateMbps: 0 }, { bitrateMbps: 0.3 }],
  ])("%s is scored at the edge and marked", (_name, outside, edge) => {
    const score = scoreGaming({ ...GOOD, ...outside });
    expect(score.extrapolated).toBe(true);
    expect(score.mos).toBe(scoreGaming({ ...GOOD, ...edge }).mos);
  });

  test("a value that is not a number is refused by name", () => {
    expect(() => scoreGaming({ ...GOOD, delayMs: Number.NaN })).toThrow("delayMs must be a number");
  });
});
