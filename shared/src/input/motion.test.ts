import { expect, test } from "vitest";
import { InputDecodeError, readInput } from "./messages.ts";
import { isMotion, MOTION_BYTES, readMotion, writeMotion, type Motion } from "./motion.ts";

const MOTION: Motion = {
  seq: 4_000_000_000, orientation: [10.5, -20.25, 30], acceleration: [0.5, 0, -1],
  accelerationWithGravity: [0.5, 9.75, -1], turnRate: [1, 2, -3],
};

test("what is written is read", () => {
  expect(readMotion(writeMotion(MOTION))).toEqual(MOTION);
  expect(writeMotion(MOTION)).toHaveLength(MOTION_BYTES);
});

test("other bytes are not motion", () => {
  const bytes = writeMotion(MOTION);
  expect(readMotion(bytes.subarray(1))).toBeUndefined();
  expect(readMotion(new Uint8Array(0))).toBeUndefined();
  expect(readMotion(Uint8Array.of(...bytes, 0))).toBeUndefined();
  const broken = writeMotion({ ...MOTION, turnRate: [NaN, 0, 0] });
  expect(readMotion(broken)).toBeUndefined();
});

test("it is no input state, so an input reader that hears it says so", () => {
  expect(isMotion(writeMotion(MOTION))).toBe(true);
  expect(() => readInput(writeMotion(MOTION))).toThrow(InputDecodeError);
});
