// What the network's nodes ask, as a histogram that is cheap to keep: the lowest fee
// and the median to within 3 %, which is closer than the price term needs.

import type { Market } from "./score.ts";

/** Each bucket is 3 % dearer than the one before. */
const RATIO = 1.03;
const LOG_RATIO = Math.log(RATIO);

export function createFees() {
  /** Bucket to how many nodes; bucket -1 holds those that are free. */
  const counts = new Map<number, number>();
  let total = 0;
  let market: Market | undefined;

  const bucketOf = (feeMicros: number): number => (feeMicros <= 0 ? -1 : Math.floor(Math.log(feeMicros) / LOG_RATIO));
  const feeOf = (bucket: number): number => (bucket < 0 ? 0 : Math.exp(bucket * LOG_RATIO));

  function add(feeMicros: number, count: 1 | -1): void {
    const bucket = bucketOf(feeMicros);
    const left = (counts.get(bucket) ?? 0) + count;
    if (left > 0) counts.set(bucket, left);
    else counts.delete(bucket);
    total += count;
    market = undefined;
  }

  function currentMarket(): Market {
    if (market) return market;
    const buckets = [...counts.keys()].toSorted((a, b) => a - b);
    let passed = 0;
    let median = 0;
    for (const bucket of buckets) {
      passed += counts.get(bucket) ?? 0;
      median = feeOf(bucket + (bucket < 0 ? 0 : 0.5));
      if (passed * 2 >= total) break;
    }
    market = { feeMinMicros: feeOf(buckets[0] ?? -1), feeMedianMicros: median };
    return market;
  }

  return { add, market: currentMarket };
}
