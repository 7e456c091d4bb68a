// Carries scored minutes to the store in the background, many at once, and takes
// away those that are too old or too many.
//
// A batch that fails is tried again until it succeeds; what waits is bounded, and
// the oldest is given up first, because the store has been failing for longer
// than anybody would wait for a score.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../log.ts";
import type { MinuteStore } from "../store/ports.ts";
import {
  BATCH_ROWS_MAX,
  MINUTE_LIFE_MS,
  MINUTE_ROWS_MAX,
  MINUTES_PENDING_MAX,
  TRIM_EVERY_MS,
  TRIM_FIRST_MS,
  TRIM_ROWS_MAX,
  WRITE_EVERY_MS,
} from "./limits.ts";
import type { MinuteRecord } from "./score-session-minute.ts";

type MinuteWriterPorts = { store: MinuteStore; log: Log; nowMs(): number };
export type MinuteWriter = ReturnType<typeof createMinuteWriter>;

/** The scope's close waits for what is pending, with one last try. */
export function createMinuteWriter({ store, log, nowMs }: MinuteWriterPorts, scope: Scope) {
  /** Oldest first. */
  let pending: MinuteRecord[] = [];
  let writeTimer: NodeJS.Timeout | undefined;
  let trimTimer = setTimeout(trimLater, TRIM_FIRST_MS);
  /** What the store is doing for us; one thing at a time. */
  let working: Promise<void> = Promise.resolve();

  scope.own(undefined, async () => {
    clearTimeout(writeTimer);
    clearTimeout(trimTimer);
    await working;
    await writeAll();
    if (pending.length > 0) log.error({ minutes: pending.length }, "minute scores were not stored");
  });

  function write(minutes: readonly MinuteRecord[]): void {
    if (minutes.length === 0) return;
    pending = pending.concat(minutes);
    const surplus = pending.length - MINUTES_PENDING_MAX;
    if (surplus > 0) {
      pending = pending.slice(surplus);
      log.error({ minutes: surplus }, "the store does not keep up; minute scores were given up");
    }
    writeLater();
  }

  function writeLater(): void {
    if (scope.closed || writeTimer !== undefined) return;
    writeTimer = setTimeout(() => {
      enqueue(async () => {
        await writeAll();
        writeTimer = undefined;
        if (pending.length > 0) writeLater();
      });
    }, WRITE_EVERY_MS);
  }

  /** Returns when nothing is pending, or at the first failure. */
  async function writeAll(): Promise<void> {
    while (pending.length > 0) {
      const batch = pending.slice(0, BATCH_ROWS_MAX);
      try {
        await store.saveMinutes(batch);
      } catch (error) {
        return log.error({ minutes: batch.length, error }, "minute scores could not be stored");
      }
      // Some of the batch may have been given up meanwhile.
      const written = new Set(batch);
      pending = pending.filter((minute) => !written.has(minute));
    }
  }

  function trimLater(): void {
    enqueue(async () => {
      await trimAll();
      if (!scope.closed) trimTimer = setTimeout(trimLater, TRIM_EVERY_MS);
    });
  }

  async function trimAll(): Promise<void> {
    const limits = { beganBeforeMs: nowMs() - MINUTE_LIFE_MS, rowsMax: MINUTE_ROWS_MAX, atOnceMax: TRIM_ROWS_MAX };
    let gone = 0;
    try {
      for (let taken = TRIM_ROWS_MAX; taken === TRIM_ROWS_MAX && !scope.closed; gone += taken) {
        taken = await store.trimMinutes(limits);
      }
    } catch (error) {
      log.error({ error }, "old minute scores could not be taken away; that is tried again in an hour");
    }
    if (gone > 0) log.info({ minutes: gone }, "old minute scores were taken away");
  }

  /** `work` MUST NOT reject. */
  function enqueue(work: () => Promise<void>): void {
    working = working.then(work);
  }

  return {
    write,
    /** Minutes that wait to be written. */
    get backlog(): number {
      return pending.length;
    },
  };
}
