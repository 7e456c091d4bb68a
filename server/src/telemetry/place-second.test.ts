import { expect, test } from "vitest";
import { CATCH_UP_MS, EARLY_MS_MAX, LATE_MS_MAX } from "./limits.ts";
import { placeSecond } from "./place-second.ts";

/** Where samples end that arrive at these times; undefined for one that is refused. */
function placed(samples: readonly (readonly [durationMs: number, arrivedAtMs: number])[]): (number | undefined)[] {
  let previousEndMs: number | undefined;
  return samples.map(([durationMs, arrivedAtMs]) => {
    const endMs = placeSecond(previousEndMs, durationMs, arrivedAtMs);
    previousEndMs = endMs ?? previousEndMs;
    return endMs;
  });
}

test("the first ends when it arrives", () => {
  expect(placed([[1_000, 5_000]])).toEqual([5_000]);
});

test("each lies behind the one before it, however its arrival wavers", () => {
  expect(placed([[1_000, 5_000], [1_000, 5_990], [1_000, 7_003], [1_000, 8_000]])).toEqual([5_000, 6_000, 7_003, 8_003]);
});

test("what a link that stood still brings at once keeps its places", () => {
  const ends = placed([[1_000, 1_000], [1_000, 9_000], [1_000, 9_000], [1_000, 9_001]]);
  expect(ends).toEqual([1_000, 2_000 + CATCH_UP_MS, 3_000 + 2 * CATCH_UP_MS, 4_000 + 3 * CATCH_UP_MS]);
});

test("after a silence it starts anew", () => {
  expect(placed([[1_000, 1_000], [1_000, 2_000 + LATE_MS_MAX + 1]])).toEqual([1_000, 2_000 + LATE_MS_MAX + 1]);
});

test("a lag that samples left behind is made good little by little", () => {
  const samples = Array.from({ length: 100 }, (_, second) => [1_000, second * 1_000 + (second > 0 ? 3_000 : 0)] as const);
  const ends = placed(samples);
  expect(ends.at(1)).toBe(1_000 + CATCH_UP_MS);
  expect(ends.at(-1)).toBe(samples.at(-1)?.[1]);
});

test("an end that tells of more time than passes is not believed for long", () => {
  const twice = Array.from({ length: 60 }, (_, second) => [2_000, second * 1_000] as const);
  const believed = placed(twice).filter((endMs) => endMs !== undefined);
  expect(believed.length).toBeLessThan(60 / 2 + EARLY_MS_MAX / 1_000 + 1);
  expect(believed.at(-1)).toBeLessThanOrEqual(59_000 + EARLY_MS_MAX);
});
