import { expect, test } from "vitest";
import { gyroMotion } from "./gyro.ts";

const still = { alpha: 0, beta: 0, gamma: 0 };
const signs = ({ dx, dy }: { dx: number; dy: number }) => [Math.sign(Math.round(dx)), Math.sign(Math.round(dy))].map((sign) => sign + 0);

test.each([
  ["upright, turned to the left", { ...still, beta: 90 }, 0, [-1, 0]],
  ["upright, tilted back: the camera looks up", { ...still, alpha: 90 }, 0, [0, -1]],
  ["on its left side, turned to the left", { ...still, alpha: 90 }, 90, [-1, 0]],
  ["on its left side, tilted back", { ...still, beta: -90 }, 90, [0, -1]],
  ["on its right side, turned to the left", { ...still, alpha: -90 }, 270, [-1, 0]],
  ["rolled like a wheel", { ...still, gamma: 90 }, 0, [0, 0]],
  ["in a hand that trembles", { ...still, beta: 0.5 }, 0, [0, 0]],
] as const)("%s", (_name, rate, angle, way) => {
  expect(signs(gyroMotion(rate, angle, 16))).toEqual(way);
});

test("the way is that of the time, and no more than a tenth of a second of it", () => {
  const { dx } = gyroMotion({ ...still, beta: -90 }, 0, 10);
  expect(dx).toBeCloseTo(90 * 0.01 * 14);
  expect(gyroMotion({ ...still, beta: -90 }, 0, 60_000).dx).toBeCloseTo(dx * 10);
  expect(gyroMotion({ alpha: null, beta: null, gamma: null }, 0, 10)).toEqual({ dx: 0, dy: 0 });
});
