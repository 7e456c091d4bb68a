// The entries of one bucket in memory, as text, with their expiry and those who
// watch them. Knows no schema: several servers read it with one each.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";

export type LocalEntry = { readonly key: string; readonly text: string; readonly revision: number; readonly writtenAtMs: number };

export type LocalChange = { type: "present"; entry: LocalEntry } | { type: "gone"; key: string; revision: number };

type Watcher = (change: LocalChange) => void;

export type LocalEntries = ReturnType<typeof createLocalEntries>;

export function createLocalEntries(
  { clock, ttlMs, firstRevision }: { clock: Clock; ttlMs: number | undefined; firstRevision: number },
  scope: Scope,
) {
  /** In order of writing, so that the first is the first to expire. */
  const entries = new Map<string, LocalEntry>();
  const watchers = new Set<Watcher>();
  let revision = Math.max(1, firstRevision);
  let expiring: NodeJS.Timeout | undefined;
  let closed = false;
  scope.own(entries, () => {
    closed = true;
    clearTimeout(expiring);
    expiring = undefined;
    watchers.clear();
  });

  function get(key: string): LocalEntry | undefined {
    expire();
    return entries.get(key);
  }

  /** `expected` 0: only if the key is not there. Undefined if something else is. */
  function write(key: string, text: string, expected: number): number | undefined {
    if ((get(key)?.revision ?? 0) !== expected) return undefined;
    const entry = { key, text, revision: revision++, writtenAtMs: clock.monotonicMs() };
    entries.delete(key);
    entries.set(key, entry);
    tell({ type: "present", entry });
    armExpiry();
    return entry.revision;
  }

  function remove(key: string, expected: number): boolean {
    if (get(key)?.revision !== expected) return false;
    entries.delete(key);
    // A revision of its own, as on NATS: a later one of this key is greater.
    tell({ type: "gone", key, revision: revision++ });
    return true;
  }

  function watch(watcher: Watcher, watcherScope: Scope): void {
    watcherScope.own(watcher, () => void watchers.delete(watcher));
    expire();
    watchers.add(watcher);
    for (const entry of entries.values()) watcher({ type: "present", entry });
  }

  function tell(change: LocalChange): void {
    for (const watcher of watchers) watcher(change);
  }

  function expire(): void {
    if (ttlMs === undefined) return;
    const writtenBeforeMs = clock.monotonicMs() - ttlMs;
    for (const { key, revision, writtenAtMs } of entries.values()) {
      if (writtenAtMs > writtenBeforeMs) return;
      entries.delete(key);
      tell({ type: "gone", key, revision });
    }
  }

  function armExpiry(): void {
    const [oldest] = entries.values();
    if (ttlMs === undefined || oldest === undefined || expiring !== undefined || closed) return;
    expiring = setTimeout(() => {
      expiring = undefined;
      expire();
      armExpiry();
    }, Math.max(1, Math.ceil(oldest.writtenAtMs + ttlMs - clock.monotonicMs())));
  }

  return { ttlMs, get, write, remove, watch };
}
