import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { expect, test } from "vitest";
import type { History } from "../../view-model/history.ts";
import { makeLatencyBars, STAGE_COLORS } from "../../view-model/latency-bars.ts";
import { drawLatency, type Brush } from "./draw-latency.ts";

const sample: PlayerSample = {
  durationMs: 1_000, width: 1280, height: 720, framesShown: 60, framesDropped: 0, receivedKbps: 8_000,
  packetsLost: 0, lossShare: 0, freezes: 0, freezeMs: 0, audioGapMs: 0,
};
const stages = {
  uplinkMs: 4, drawMs: 8, captureMs: 1, encodeMs: 3, sendMs: undefined, networkMs: 4, bufferMs: 0, decodeMs: 2, presentMs: 3,
};
const latency = { count: 4, p50Ms: 30, p95Ms: 60, p99Ms: 70, stages, inputsWithoutPicture: 0 };
const history: History = [
  { atMs: 30_000, sample, latency },
  { atMs: 59_000, sample: { ...sample, framesDropped: 3 }, latency: undefined },
  { atMs: 60_000, sample: { ...sample, freezes: 1 }, latency },
];

test("a bar is as high as the median, in the proportions of its stages, and stands where its second was", () => {
  const { bars, topMs } = makeLatencyBars(history, 60_000);
  expect(topMs).toBe(80);
  expect(bars.map(({ at }) => at.toFixed(2))).toEqual(["0.50", "0.98", "1.00"]);
  expect(bars[0]?.parts.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(30);
  expect(bars[0]?.parts.map(({ stage }) => stage)).not.toContain("sendMs");
  expect(bars[1]?.parts).toEqual([]);
  expect(makeLatencyBars(history, 95_000).bars).toHaveLength(2);
});

test("stages are stacked to the median, drops and freezes are marked at the foot", () => {
  const rects: { color: string; x: number; y: number; width: number; height: number }[] = [];
  const brush: Brush = {
    fillStyle: "", font: "",
    clearRect: () => undefined,
    fillText: () => undefined,
    fillRect: (x, y, width, height) => void rects.push({ color: brush.fillStyle, x, y, width, height }),
  };
  drawLatency(brush, makeLatencyBars(history, 60_000), { width: 240, height: 108 });
  const stack = rects.filter(({ color, x }) => x === 117 && Object.values(STAGE_COLORS).includes(color));
  expect(stack.reduce((sum, { height }) => sum + height, 0)).toBe(37);
  stack.forEach(({ y, height }, i) => expect(y + height).toBe(stack[i - 1]?.y ?? 100));
  expect(rects.filter(({ y }) => y > 100).map(({ color }) => color)).toEqual(["#ffc14d", "#ff3b30"]);
});
