import { expect, test } from "vitest";
import { fullBucket, takeToken, type BucketRate } from "./token-bucket.ts";

const rate: BucketRate = { perSecond: 10, burst: 5 };

/** How many of `count` messages, `everyMs` apart, are paid for. */
function paid(count: number, everyMs: number): number {
  let bucket = fullBucket(rate, 0);
  let sum = 0;
  for (let index = 0; index < count; index++) {
    const [next, ok] = takeToken(bucket, rate, index * everyMs);
    bucket = next;
    sum += ok ? 1 : 0;
  }
  return sum;
}

test.each([
  ["a burst is paid from what was saved", 20, 0, 5],
  ["the steady rate is always paid", 100, 100, 100],
  ["twice the rate is paid half the time, and the burst on top", 100, 50, 54],
])("%s", (_name, count, everyMs, expected) => {
  expect(paid(count, everyMs)).toBe(expected);
});

test("nothing is saved beyond the burst, and a clock that goes back takes nothing away", () => {
  const [afterOne] = takeToken(fullBucket(rate, 0), rate, 3_600_000);
  expect(afterOne.tokens).toBe(4);
  const [back, ok] = takeToken(afterOne, rate, 0);
  expect(ok).toBe(true);
  expect(back.tokens).toBe(3);
});
