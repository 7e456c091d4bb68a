import { seededRandom } from "@nearframe/edge-node/media/testing/random";
import { expect, test } from "vitest";
import { fitSlope, isFlat } from "./slope.ts";

const MINUTE_MS = 60_000;
const samples = (of: (minute: number) => number) => Array.from({ length: 30 }, (_, minute) => ({ atMs: minute * MINUTE_MS, value: of(minute) }));

test("a line is its own slope, with nothing left in doubt", () => {
  expect(fitSlope(samples((minute) => 100 + minute))).toEqual({ perHour: expect.closeTo(60), boundPerHour: expect.closeTo(0), mean: 114.5 });
});

test("noise about a level is flat, and a leak under the same noise is not", () => {
  const random = seededRandom(7);
  const noise = () => (random() - 0.5) * 4;
  const flat = fitSlope(samples(() => 100 + noise()));
  const leak = fitSlope(samples((minute) => 100 + minute / 2 + noise()));
  expect(flat && isFlat(flat, 5)).toBe(true);
  expect(leak && isFlat(leak, 5)).toBe(false);
  expect(leak?.perHour).toBeGreaterThan(25);
});

test("noise that would hide any growth proves nothing", () => {
  const random = seededRandom(7);
  const loud = fitSlope(samples(() => 1_000 + (random() - 0.5) * 4_000));
  expect(loud && isFlat(loud, 5)).toBe(false);
});

test("two samples are no trend", () => {
  expect(fitSlope(samples(() => 1).slice(0, 2))).toBeUndefined();
});
