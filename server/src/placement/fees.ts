// What the network's nodes ask, as a histogram that is cheap to keep, and the two
// figures of it that prices are judged by. They stay until they are wrong by more than
// 6 %, so that one node's coming and going does not move everybody's price.

import type { Market } from "./score.ts";

/** Each bucket is 3 % dearer than the one before. */
const LOG_RATIO = Math.log(1.03);
const BUCKETS_STALE = 2;
/** The cheapest fee is that of the cheapest hundredth: one host that asks nothing makes nobody dear. */
const CHEAP_SHARE = 0.01;
const FREE = -1;

type Standing = { cheap: number; median: number };

export function createFees() {
  /** Bucket to how many nodes. */
  const counts = new Map<number, number>();
  let total = 0;
  let changes = 0;
  let changesLooked = -1;
  let standing: Standing = { cheap: FREE, median: FREE };
  let market: Market = { feeMinMicros: 0, feeMedianMicros: 0 };

  function add(feeMicros: number, count: 1 | -1): void {
    const bucket = bucketOf(feeMicros);
    const left = (counts.get(bucket) ?? 0) + count;
    if (left > 0) counts.set(bucket, left);
    else counts.delete(bucket);
    total += count;
    changes++;
  }

  /** The same object until the figures have moved. */
  function currentMarket(): Market {
    if (changes === changesLooked) return market;
    changesLooked = changes;
    const buckets = [...counts.keys()].toSorted((a, b) => a - b);
    const now: Standing = { cheap: quantile(buckets, CHEAP_SHARE), median: quantile(buckets, 0.5) };
    const still = Math.abs(now.cheap - standing.cheap) < BUCKETS_STALE && Math.abs(now.median - standing.median) < BUCKETS_STALE;
    if (!still) {
      standing = now;
      market = { feeMinMicros: feeOf(now.cheap), feeMedianMicros: feeOf(now.median) };
    }
    return market;
  }

  function quantile(buckets: readonly number[], share: number): number {
    let passed = 0;
    for (const bucket of buckets) {
      passed += counts.get(bucket) ?? 0;
      if (passed >= total * share) return bucket;
    }
    return FREE;
  }

  return { add, market: currentMarket };
}

const bucketOf = (feeMicros: number): number => (feeMicros < 1 ? FREE : Math.floor(Math.log(feeMicros) / LOG_RATIO));
/** The middle of a bucket. */
const feeOf = (bucket: number): number => (bucket === FREE ? 0 : Math.exp((bucket + 0.5) * LOG_RATIO));
