// How many copies of a title to keep started, so that who asks for it plays within a
// second. From demand: how often it was asked for lately, what a copy takes to be ready
// again, and what is free to hold it. Pure: the demand is a value, time is an argument.

export type DemandKey = { readonly titleId: string; readonly region: string };

export type Demand = DemandKey & {
  /** Requests a minute, decayed, as of `asOfMs`. */
  readonly ratePerMinute: number;
  readonly asOfMs: number;
};

/** Half of what is remembered is of the last ten minutes: a rush is seen in a few, and forgotten in an hour. */
export const DEMAND_HALF_LIFE_MS = 10 * 60_000;
const DECAY_PER_MS = Math.LN2 / DEMAND_HALF_LIFE_MS;

export function decayedRate({ ratePerMinute, asOfMs }: Pick<Demand, "ratePerMinute" | "asOfMs">, nowMs: number): number {
  return ratePerMinute * Math.exp(-DECAY_PER_MS * Math.max(0, nowMs - asOfMs));
}

/** One more request. Requests at a steady rate settle at that rate. */
export function addRequest(demand: Demand | undefined, key: DemandKey, nowMs: number): Demand {
  const before = demand ? decayedRate(demand, nowMs) : 0;
  const asOfMs = Math.max(nowMs, demand?.asOfMs ?? nowMs);
  return { titleId: key.titleId, region: key.region, ratePerMinute: before + DECAY_PER_MS * 60_000, asOfMs };
}

export type WarmCost = {
  /** From "a copy was taken" to "the next is warm". */
  readonly refillMs: number;
  readonly memoryMb: number;
};

export type RegionCapacity = {
  /** Slots that nobody holds. */
  readonly slotsFree: number;
  readonly memoryFreeMb: number;
};

export type WarmTarget = DemandKey & { readonly copies: number };

/** A request finds a warm copy in this share of cases. */
export const WARM_SHARE = 0.95;
/** Of free slots and memory: whoever asks for another title must find room too. */
export const CAPACITY_SHARE = 0.5;
/** Less than one request in two hours keeps nothing warm. */
const RATE_PER_MINUTE_MIN = 1 / 120;

/**
 * Copies by title and region. Each gets what its own demand asks for; where a region has
 * too little room, copies are given one at a time to the title where the next one is most
 * likely to be needed for the memory that it takes.
 */
export function warmTargets(
  demand: readonly Demand[],
  costOf: (titleId: string) => WarmCost,
  capacity: ReadonlyMap<string, RegionCapacity>,
  nowMs: number,
): WarmTarget[] {
  const targets: WarmTarget[] = [];
  for (const [region, { slotsFree, memoryFreeMb }] of capacity) {
    const wanted = demand
      .filter((entry) => entry.region === region)
      .map((entry) => ({ titleId: entry.titleId, rate: decayedRate(entry, nowMs), cost: costOf(entry.titleId), copies: 0 }))
      .filter(({ rate }) => rate >= RATE_PER_MINUTE_MIN)
      .map((entry) => ({ ...entry, expected: (entry.rate * entry.cost.refillMs) / 60_000 }))
      .map((entry) => ({ ...entry, most: copiesFor(entry.expected) }));
    let slots = Math.floor(slotsFree * CAPACITY_SHARE);
    let memoryMb = memoryFreeMb * CAPACITY_SHARE;
    while (slots > 0) {
      const next = wanted
        .filter(({ copies, most, cost }) => copies < most && cost.memoryMb <= memoryMb)
        .map((entry) => ({ entry, worth: worthOfNext(entry) }))
        .reduce<{ entry: (typeof wanted)[number]; worth: number } | undefined>((best, one) => (!best || one.worth > best.worth ? one : best), undefined);
      if (!next) break;
      next.entry.copies++;
      slots--;
      memoryMb -= next.entry.cost.memoryMb;
    }
    for (const { titleId, copies } of wanted) if (copies > 0) targets.push({ titleId, region, copies });
  }
  return targets;
}

/**
 * A request finds a warm copy unless as many others as there are copies came within the
 * time that one takes to be ready again.
 */
export const copiesFor = (requestsPerRefill: number): number => 1 + poissonQuantile(requestsPerRefill, WARM_SHARE);

/** How many requests a minute the next copy would serve warm, for each megabyte. */
function worthOfNext({ rate, expected, copies, cost }: { rate: number; expected: number; copies: number; cost: WarmCost }): number {
  // It serves a request that comes while all before it are being made ready again.
  const reached = copies === 0 ? 1 : 1 - poissonAtMost(expected, copies - 1);
  return (rate * reached) / Math.max(1, cost.memoryMb);
}

/** The chance of at most `count` events where `mean` are expected. */
export function poissonAtMost(mean: number, count: number): number {
  if (count < 0) return 0;
  let term = Math.exp(-mean);
  let sum = term;
  for (let k = 1; k <= count; k++) {
    term *= mean / k;
    sum += term;
  }
  return Math.min(1, sum);
}

/** The least number that is not exceeded in this share of cases. */
export function poissonQuantile(mean: number, share: number): number {
  // Beyond this the normal is as good, and exp(-mean) would soon be 0.
  if (mean > 400) return Math.ceil(mean + 1.645 * Math.sqrt(mean));
  let count = 0;
  let term = Math.exp(-mean);
  let sum = term;
  while (sum < share) {
    count++;
    term *= mean / count;
    sum += term;
  }
  return count;
}
