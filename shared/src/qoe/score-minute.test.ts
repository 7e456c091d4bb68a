import { describe, expect, test } from "vitest";
import { MOS_MIN } from "./g1072.ts";
import { bandOf, scoreMinute, scoreStart } from "./score-minute.ts";
import type { QualitySample, TitleQualityClass } from "./score-minute.ts";

const GOOD: QualitySample = {
  durationMs: 1_000,
  receivedKbps: 15_000,
  width: 1920,
  height: 1080,
  framesSent: 60,
  framesShown: 60,
  roundTripMs: 15,
  jitterBufferMs: 5,
  freezeMs: 0,
  audioGapMs: 0,
};

/** A minute of good seconds, `count` of which are changed. */
function minute(change: Partial<QualitySample> = {}, count = 60): QualitySample[] {
  return Array.from({ length: 60 }, (_, second) => (second < count ? { ...GOOD, ...change } : GOOD));
}

function scored(samples: readonly QualitySample[], title?: TitleQualityClass) {
  const score = scoreMinute(samples, title);
  if (score.kind !== "scored") throw new Error("the minute was too short");
  return score;
}

test("a clean minute at 1080p60 is good", () => {
  const { mos, band, input, model } = scored(minute());
  expect(band).toBe("good");
  expect(mos).toBe(model.mos);
  expect(input).toMatchObject({ bitrateMbps: 15, fps: 60, pixels: 1920 * 1080, delayMs: 20 });
});

test("a minute with fewer than 30 seconds is not scored", () => {
  expect(scoreMinute(minute().slice(0, 29))).toEqual({ kind: "too-short", seconds: 29 });
  expect(scoreMinute([])).toEqual({ kind: "too-short", seconds: 0 });
});

describe("what the model is given", () => {
  test("delay is the 95th percentile, so three bad seconds are forgiven and four are not", () => {
    expect(scored(minute({ roundTripMs: 300 }, 3)).input.delayMs).toBe(20);
    expect(scored(minute({ roundTripMs: 300 }, 4)).input.delayMs).toBe(305);
  });

  test("frames are lost when sent and never shown", () => {
    expect(scored(minute({ framesShown: 54 })).input.loss).toEqual({ kind: "frames", lossPercent: 10 });
  });

  test("a frame shown a second later is not lost", () => {
    const samples = [{ ...GOOD, framesShown: 50 }, { ...GOOD, framesShown: 70 }, ...minute().slice(2)];
    expect(scored(samples).input.loss.lossPercent).toBe(0);
  });

  test("seconds in which the title stood still count neither as slow nor as starved", () => {
    const still = { framesSent: 4, framesShown: 4, receivedKbps: 90 };
    expect(scored(minute(still, 40)).input).toMatchObject({ bitrateMbps: 15, fps: 60 });
    expect(scored(minute(still)).band).toBe("good");
  });

  test("a smaller picture is weighed by how long it was shown", () => {
    const half = scored(minute({ width: 1280, height: 720 }, 30));
    expect(half.input.pixels).toBe((1920 * 1080 + 1280 * 720) / 2);
  });

  test("a title that forgives delay scores higher on a slow path", () => {
    const slow = minute({ roundTripMs: 150 });
    expect(scored(slow, { interaction: "low", complexity: "high" }).mos).toBeGreaterThan(scored(slow).mos);
  });
});

describe("what the model has no term for", () => {
  test.each([
    [1_500, 0.5],
    [3_000, 1],
    [30_000, 1],
  ])("%i ms of frozen picture costs %f", (freezeMs, cost) => {
    const { mos, model } = scored(minute({ freezeMs }, 1));
    expect(model.mos - mos).toBeCloseTo(cost, 9);
  });

  test("silence costs half a point from a second on", () => {
    expect(scored(minute({ audioGapMs: 1_000 }, 1)).mos).toBeCloseTo(scored(minute()).mos, 9);
    expect(scored(minute({ audioGapMs: 1_001 }, 1)).mos).toBeCloseTo(scored(minute()).mos - 0.5, 9);
  });

  test("no minute scores below the scale", () => {
    const { mos, band } = scored(minute({ roundTripMs: 400, framesShown: 0, freezeMs: 1_000, audioGapMs: 60_000 }));
    expect(mos).toBe(MOS_MIN);
    expect(band).toBe("bad");
  });
});

test.each([
  [4.0, "good"],
  [3.99, "acceptable"],
  [3.6, "acceptable"],
  [3.59, "degraded"],
  [3.1, "degraded"],
  [3.09, "bad"],
] as const)("%f is %s", (mos, band) => {
  expect(bandOf(mos)).toBe(band);
});

test.each([
  [500, 1],
  [2_000, 1],
  [8_500, 0.5],
  [15_000, 0],
  [60_000, 0],
])("a first frame after %i ms scores %f", (tapToFirstFrameMs, score) => {
  expect(scoreStart(tapToFirstFrameMs)).toBeCloseTo(score, 9);
});
