// How fast is too fast: a bucket that fills steadily and pays for each message.

export type TokenBucket = { tokens: number; readAtMs: number };
export type BucketRate = { perSecond: number; burst: number };

export function fullBucket(rate: BucketRate, nowMs: number): TokenBucket {
  return { tokens: rate.burst, readAtMs: nowMs };
}

/** The bucket after one more message, and whether it could pay for it. */
export function takeToken(bucket: TokenBucket, rate: BucketRate, nowMs: number): [TokenBucket, paid: boolean] {
  const elapsedMs = Math.max(0, nowMs - bucket.readAtMs);
  const tokens = Math.min(rate.burst, bucket.tokens + (elapsedMs / 1000) * rate.perSecond);
  return tokens >= 1 ? [{ tokens: tokens - 1, readAtMs: nowMs }, true] : [{ tokens, readAtMs: nowMs }, false];
}
