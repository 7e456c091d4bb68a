import { expect, test } from "vitest";
import { quaternionOf, readingsOf } from "./senses.ts";

const close = (value: number) => expect.closeTo(value, 6) as number;
const HALF = Math.SQRT1_2;

test("a device that is held straight is not turned, and each angle turns about its own axis", () => {
  expect(quaternionOf([0, 0, 0])).toEqual({ x: close(0), y: close(0), z: close(0), w: close(1) });
  expect(quaternionOf([90, 0, 0])).toEqual({ x: close(0), y: close(0), z: close(HALF), w: close(HALF) });
  expect(quaternionOf([0, 90, 0])).toEqual({ x: close(HALF), y: close(0), z: close(0), w: close(HALF) });
  expect(quaternionOf([0, 0, 90])).toEqual({ x: close(0), y: close(HALF), z: close(0), w: close(HALF) });
});

test("readings are in the sensors' own units and axes", () => {
  const readings = readingsOf({ seq: 1, orientation: [0, 0, 0], acceleration: [1, 0, 0], accelerationWithGravity: [1, 9.5, 0], turnRate: [180, 90, -90] });
  expect(readings.gravity).toEqual({ xyz: { x: 0, y: 9.5, z: 0 } });
  expect(readings.accelerometer).toEqual({ xyz: { x: 1, y: 9.5, z: 0 } });
  expect(readings.gyroscope).toEqual({ xyz: { x: close(Math.PI / 2), y: close(-Math.PI / 2), z: close(Math.PI) } });
});
