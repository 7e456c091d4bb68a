// What a relay did, counted.

import type { DropReason, Passage } from "../link/link.ts";

/** "overload": the relay held too much already; "refused": the socket would not send. */
export type RelayDropReason = DropReason | "overload" | "refused";

export type DirectionStats = {
  packetsIn: number;
  bytesIn: number;
  packetsOut: number;
  bytesOut: number;
  duplicated: number;
  reordered: number;
  dropped: Readonly<Record<RelayDropReason, number>>;
  /** Longest wait for the bottleneck that a packet was given so far. */
  queueMsMax: number;
};

export class DirectionCounter {
  #stats = {
    packetsIn: 0,
    bytesIn: 0,
    packetsOut: 0,
    bytesOut: 0,
    duplicated: 0,
    reordered: 0,
    queueMsMax: 0,
  };
  readonly #dropped: Record<RelayDropReason, number> = {
    blackout: 0,
    queue: 0,
    loss: 0,
    burst: 0,
    overload: 0,
    refused: 0,
  };

  decided(payloadBytes: number, passage: Passage): void {
    this.#stats.packetsIn += 1;
    this.#stats.bytesIn += payloadBytes;
    if (passage.kind === "dropped") {
      this.dropped(passage.reason);
      return;
    }
    if (passage.duplicated) this.#stats.duplicated += 1;
    if (passage.reordered) this.#stats.reordered += 1;
    this.#stats.queueMsMax = Math.max(this.#stats.queueMsMax, passage.queuedMs);
  }

  dropped(reason: RelayDropReason): void {
    this.#dropped[reason] += 1;
  }

  sent(payloadBytes: number): void {
    this.#stats.packetsOut += 1;
    this.#stats.bytesOut += payloadBytes;
  }

  read(): DirectionStats {
    return { ...this.#stats, dropped: { ...this.#dropped } };
  }
}

const BUCKET_MS = 0.05;
const BUCKETS = 400;

/** How late packets left, against the link's decision: a histogram of 0..20 ms. */
export class LatenessHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #maxMs = 0;

  /** Early counts as in time. */
  add(lateMs: number): void {
    const positiveMs = Math.max(0, lateMs);
    const bucket = Math.min(BUCKETS - 1, Math.floor(positiveMs / BUCKET_MS));
    this.#counts[bucket] = this.#counts[bucket]! + 1;
    this.#total += 1;
    this.#maxMs = Math.max(this.#maxMs, positiveMs);
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** Upper edge of the bucket in which the quantile lies; 0 while empty. */
  quantileMs(quantile: number): number {
    const rank = Math.ceil(quantile * this.#total);
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank && seen > 0) return Math.min((bucket + 1) * BUCKET_MS, this.#maxMs);
    }
    return 0;
  }
}
