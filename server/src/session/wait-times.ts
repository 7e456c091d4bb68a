// How long a place in line will take, from how long sessions have lasted, and how long
// those that run have been played. What it tells is what half of those who wait beat.

import { createWaitTable, type WaitTable } from "../queue/estimate-wait.ts";
import { learnLengths, observationsOf } from "../queue/session-lengths.ts";
import type { SharedLengths } from "./shared-lengths.ts";

export type WaitTimesPorts = {
  nowMs(): number;
  lengths: Pick<SharedLengths, "lastEnded">;
  /** The first picture of each session that has been seen and is not over, at all processes. */
  runningSinceMs(): readonly number[];
};

/** A table costs about a millisecond, and a line's places all change at once. */
const TABLE_MS = 5_000;

export function createWaitTimes({ nowMs, lengths, runningSinceMs }: WaitTimesPorts) {
  const tables = new Map<string, { table: WaitTable; madeAtMs: number; empty: boolean }>();

  function tableOf(pool: string, agesMs: () => readonly number[]): WaitTable {
    const known = tables.get(pool);
    const fresh = known && nowMs() - known.madeAtMs < TABLE_MS;
    if (fresh && !known.empty) return known.table;
    const ages = agesMs();
    // Where no slot is held nothing can be said; the moment one is, something can.
    if (fresh && ages.length === 0) return known.table;
    const seen = observationsOf(lengths.lastEnded(), runningSinceMs(), nowMs());
    const table = createWaitTable({ agesMs: ages, leavingPerMinute: 0 }, learnLengths(seen));
    for (const [name, { madeAtMs }] of tables) if (nowMs() - madeAtMs >= TABLE_MS) tables.delete(name);
    tables.set(pool, { table, madeAtMs: nowMs(), empty: ages.length === 0 });
    return table;
  }

  return {
    /** `agesMs`: of the sessions that hold a slot which this pool could have. Undefined for "nobody can say". */
    waitMs: (pool: string, position: number, agesMs: () => readonly number[]): number | undefined =>
      tableOf(pool, agesMs).waitFor(position)?.likelyMs,
  };
}
