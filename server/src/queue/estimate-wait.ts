// How long until a slot is free for the one in the n-th place, said as a time that half of
// them beat and one that nine of ten beat.
//
// Each running session frees its slot at a time that nobody knows, but whose chances are
// known from how long it has run and how long sessions last. The slots freed by a time t
// are so a sum of many such chances; the n-th place is served when that sum reaches n.
// Those who are served before may end again before one's own turn, which counts as well.

import { STEP_MS, endsWithin } from "./session-lengths.ts";
import type { SessionLengths } from "./session-lengths.ts";

export type PoolNow = {
  /** How long each session that holds a slot of the pool has been played. */
  readonly agesMs: readonly number[];
  /** Of those in the line, the share that leaves it in a minute; 0 where it is not known. */
  readonly leavingPerMinute: number;
};

export type WaitEstimate = {
  /** Half of those in this place have waited less. */
  readonly likelyMs: number;
  /** Nine of ten have. */
  readonly lateMs: number;
};

/** Two hours: beyond it no estimate is honest. */
const STEPS_MAX = 480;
/** One-sided 90 % of a normal. */
const LATE_Z = 1.2816;

export type WaitTable = { waitFor(position: number): WaitEstimate | undefined };

/** One table a pool; then every place is read off. `undefined` stands for "more than two hours, or never". */
export function createWaitTable(pool: PoolNow, lengths: SessionLengths): WaitTable {
  const { mean, variance, third } = expectedReleases(pool.agesMs, lengths);
  const stayingPerStep = (1 - Math.min(0.99, Math.max(0, pool.leavingPerMinute))) ** (STEP_MS / 60_000);

  function timeOf(position: number, z: number): number | undefined {
    for (let step = 1; step <= STEPS_MAX; step++) {
      // Those before leave the line too; on average half of the time that the one behind waits.
      const ahead = (position - 1) * stayingPerStep ** (step / 2);
      // Cornish and Fisher's quantile: releases are counted in whole slots (a half), and few of them are skewed.
      const sigma2 = variance[step] ?? 0;
      const skew = sigma2 > 0 ? (third[step] ?? 0) / sigma2 : 0;
      const needed = ahead + 0.5 + z * Math.sqrt(sigma2) - (skew * (z * z - 1)) / 6;
      const have = mean[step] ?? 0;
      if (have < needed) continue;
      const before = mean[step - 1] ?? 0;
      const share = have > before ? Math.min(1, Math.max(0, (needed - before) / (have - before))) : 1;
      return (step - 1 + share) * STEP_MS;
    }
    return undefined;
  }

  return {
    waitFor(position) {
      const likelyMs = timeOf(position, 0);
      const lateMs = timeOf(position, LATE_Z);
      if (likelyMs === undefined) return undefined;
      return { likelyMs, lateMs: lateMs ?? STEPS_MAX * STEP_MS };
    },
  };
}

type Releases = { mean: Float64Array; variance: Float64Array; third: Float64Array };

/** By step: how many slots will have been freed, with the second and third moment about that. */
function expectedReleases(agesMs: readonly number[], lengths: SessionLengths): Releases {
  const third = new Float64Array(STEPS_MAX + 1);
  const mean = new Float64Array(STEPS_MAX + 1);
  const variance = new Float64Array(STEPS_MAX + 1);
  // Sessions of one age share a row: a pool of thousands costs no more than its ages.
  const ages = new Map<number, number>();
  for (const ageMs of agesMs) {
    const step = Math.max(0, Math.floor(ageMs / STEP_MS));
    ages.set(step, (ages.get(step) ?? 0) + 1);
  }
  for (let step = 1; step <= STEPS_MAX; step++) {
    for (const [age, count] of ages) {
      const chance = endsWithin(lengths, age, step);
      mean[step] = (mean[step] ?? 0) + count * chance;
      variance[step] = (variance[step] ?? 0) + count * chance * (1 - chance);
      third[step] = (third[step] ?? 0) + count * chance * (1 - chance) * (1 - 2 * chance);
    }
  }
  // Whoever takes a freed slot frees it again: the renewal of each step's releases.
  const fresh = Float64Array.from({ length: STEPS_MAX + 1 }, (_, step) => endsWithin(lengths, 0, step));
  const renewed = Float64Array.from(mean);
  for (let step = 1; step <= STEPS_MAX; step++) {
    const freedNow = (renewed[step] ?? 0) - (renewed[step - 1] ?? 0);
    for (let later = step + 1; later <= STEPS_MAX; later++) {
      const again = freedNow * (fresh[later - step] ?? 0);
      renewed[later] = (renewed[later] ?? 0) + again;
      variance[later] = (variance[later] ?? 0) + again;
      third[later] = (third[later] ?? 0) + again;
    }
  }
  return { mean: renewed, variance, third };
}
