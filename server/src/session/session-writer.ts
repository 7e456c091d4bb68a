// Carries sessions to the store in the background, so that a slow disk delays
// no player. Of several states of one session that wait, only the newest is
// written; turns are all kept. A write that fails is tried again until it
// succeeds or the server closes.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../log.ts";
import type { SessionRecord, SessionStore, SessionTurn } from "../store/ports.ts";

export const WRITE_RETRY_MS = 2_000;

type Pending = { record: SessionRecord; turns: SessionTurn[] };

export type SessionWriter = ReturnType<typeof createSessionWriter>;

/** The scope's close waits for what is pending, with one last try each. */
export function createSessionWriter(ports: { store: SessionStore; log: Log }, scope: Scope) {
  const { store, log } = ports;
  const pending = new Map<string, Pending>();
  let retryTimer: NodeJS.Timeout | undefined;
  let draining: Promise<void> | undefined;

  scope.own(pending, async () => {
    clearTimeout(retryTimer);
    await draining;
    await drain();
    if (pending.size > 0) log.error({ sessions: [...pending.keys()] }, "sessions were not stored");
  });

  function write(record: SessionRecord, turns: readonly SessionTurn[]): void {
    const waiting = pending.get(record.id);
    pending.set(record.id, { record, turns: [...(waiting?.turns ?? []), ...turns] });
    if (retryTimer === undefined) start();
  }

  function start(): void {
    draining ??= drain().finally(() => {
      draining = undefined;
      if (pending.size === 0 || scope.closed || retryTimer !== undefined) return;
      retryTimer = setTimeout(() => {
        retryTimer = undefined;
        start();
      }, WRITE_RETRY_MS);
    });
  }

  /** Returns when nothing is pending, or at the first failure. */
  async function drain(): Promise<void> {
    for (let next = first(pending); next; next = first(pending)) {
      pending.delete(next.record.id);
      try {
        await store.saveSession(next.record, next.turns);
      } catch (error) {
        log.error({ sessionId: next.record.id, error }, "a session could not be stored");
        const newer = pending.get(next.record.id);
        pending.set(next.record.id, {
          record: newer?.record ?? next.record,
          turns: [...next.turns, ...(newer?.turns ?? [])],
        });
        return;
      }
    }
  }

  return {
    write,
    /** Sessions that wait to be written. */
    get backlog(): number {
      return pending.size;
    },
  };
}

function first(pending: ReadonlyMap<string, Pending>): Pending | undefined {
  return pending.values().next().value;
}
