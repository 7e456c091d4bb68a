import { expect, test } from "vitest";
import { scoreMinute, type QualitySample } from "@nearframe/shared/qoe/score-minute";
import { explainMinute } from "./explain-minute.ts";

const SECOND: QualitySample = {
  durationMs: 1_000, receivedKbps: 8_000, width: 1280, height: 720, framesSent: 60, framesShown: 60,
  roundTripMs: 60, jitterBufferMs: 0, freezeMs: 0, audioGapMs: 0,
};

function explain(change: Partial<QualitySample>) {
  const score = scoreMinute(Array.from({ length: 60 }, () => ({ ...SECOND, ...change })));
  if (score.kind !== "scored") throw new Error("a whole minute has a score");
  const { bitrateMbps, fps, pixels, delayMs, loss } = score.input;
  return explainMinute({ mos: score.mos, fps, receivedKbps: bitrateMbps * 1_000, pixels, delayMs, frameLossPercent: loss.lossPercent });
}

test("each loss is told by itself, and what went well costs nothing", () => {
  const usual = explain({});
  expect(usual).toMatchObject({ lostFrames: 0, freezes: 0 });
  expect(explain({ framesShown: 58 })?.lostFrames).toBeGreaterThan(0.3);
  expect(explain({ receivedKbps: 2_000 })?.fewBits).toBeGreaterThan(2 * (usual?.fewBits ?? NaN));
  expect(explain({ roundTripMs: 120 })?.delay).toBeGreaterThan(2 * (usual?.delay ?? NaN));
  expect(explain({ freezeMs: 20 })?.freezes).toBeCloseTo(0.4, 5);
});

test("a minute in which nothing moved has nothing to explain", () => {
  expect(explainMinute({ mos: 4.6, delayMs: 20, frameLossPercent: 0 })).toBeUndefined();
});
