import { expect, test } from "vitest";
import { placeOnClock, startDeviceClock, WINDOW_MS, type DeviceClock } from "./device-clock.ts";

function place(frames: readonly (readonly [deviceMs: number, arrivedAtMs: number])[]): number[] {
  let clock: DeviceClock = startDeviceClock;
  return frames.map(([deviceMs, arrivedAtMs]) => {
    const [next, atMs] = placeOnClock(clock, deviceMs, arrivedAtMs);
    clock = next;
    return atMs;
  });
}

test("the quickest frame is placed where it arrived, and others by how much longer they took", () => {
  expect(place([[0, 1_000], [16, 1_030], [33, 1_025], [50, 1_052]])).toEqual([1_000, 1_016, 1_025, 1_042]);
});

test("a frame is never placed after it arrived", () => {
  const frames = Array.from({ length: 500 }, (_, i) => [i * 16, 5_000 + i * 16 + ((i * 7919) % 31)] as const);
  place(frames).forEach((atMs, i) => expect(atMs).toBeLessThanOrEqual(frames[i]?.[1] ?? 0));
});

test("a clock that runs fast is followed after two windows", () => {
  const frames = Array.from({ length: 4_000 }, (_, i) => [i * 16.008, 5_000 + i * 16] as const);
  const last = frames.at(-1)?.[1] ?? 0;
  expect(last - (place(frames).at(-1) ?? 0)).toBeLessThan(2 * WINDOW_MS * 0.0005 + 1);
});
