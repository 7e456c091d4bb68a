// What one watcher has been told of a bucket, and so what it still has to be told.
// Knows no NATS: changes and whole listings come in, in any order and also twice.

import type { KeyValueChange, KeyValueEntry } from "../../ports.ts";

type Watched = { revision: number; /** Told to the handler; false for what no schema takes. */ shown: boolean };

export type WatchedEntries<T> = ReturnType<typeof createWatchedEntries<T>>;

export function createWatchedEntries<T>(tell: (change: KeyValueChange<T>) => void) {
  const entries = new Map<string, Watched>();

  function present(key: string, revision: number, entry: KeyValueEntry<T> | undefined): void {
    const known = entries.get(key);
    if (known && known.revision >= revision) return;
    // Last in the order of writing.
    entries.delete(key);
    entries.set(key, { revision, shown: entry !== undefined });
    if (entry) tell({ type: "present", ...entry });
    else if (known?.shown) tell({ type: "gone", key, revision });
  }

  function gone(key: string, revision: number): void {
    const known = entries.get(key);
    if (!known || known.revision > revision) return;
    entries.delete(key);
    if (known.shown) tell({ type: "gone", key, revision });
  }

  /** All that is there now has been told since `listed` was begun: what it lacks is gone. */
  function keepOnly(listed: ReadonlySet<string>): void {
    for (const [key, { revision }] of [...entries]) if (!listed.has(key)) gone(key, revision);
  }

  return { present, gone, keepOnly, revisionOf: (key: string) => entries.get(key)?.revision };
}
