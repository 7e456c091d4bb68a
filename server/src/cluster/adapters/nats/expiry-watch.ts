// NATS lets an old entry go without a word to its watchers. So each watcher asks,
// when an entry should have gone by its own clock, whether it has.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../../../log.ts";
import type { RawEntry } from "./raw-entry.ts";

/** Not before NATS, whose clock decides. */
const LATER_MS = 100;
const ASK_AGAIN_MS = 500;

type Ports = {
  ttlMs: number;
  log: Log;
  entries: { gone(key: string, revision: number): void; revisionOf(key: string): number | undefined };
  readRaw(key: string): Promise<RawEntry | undefined>;
};

export function createExpiryWatch({ ttlMs, log, entries, readRaw }: Ports, scope: Scope) {
  /** In the order in which they are due. */
  const due = new Map<string, { revision: number; atMs: number }>();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  scope.own(due, () => clearTimeout(timer));

  function note(key: string, revision: number): void {
    due.delete(key);
    due.set(key, { revision, atMs: performance.now() + ttlMs + LATER_MS });
    arm(0);
  }

  function arm(leastMs: number): void {
    const [first] = due.values();
    if (first === undefined || timer !== undefined || asking || scope.closed) return;
    timer = setTimeout(() => {
      timer = undefined;
      asking = true;
      void askDue().finally(() => {
        asking = false;
        arm(ASK_AGAIN_MS);
      });
    }, Math.max(leastMs, first.atMs - performance.now()));
  }

  async function askDue(): Promise<void> {
    for (const [key, { revision, atMs }] of [...due]) {
      if (atMs > performance.now() || scope.closed) return;
      if (entries.revisionOf(key) !== revision) {
        // Written again, which has its own note, or gone.
        if (due.get(key)?.revision === revision) due.delete(key);
        continue;
      }
      try {
        const entry = await readRaw(key);
        if (entry?.revision === revision) continue;
        if (due.get(key)?.revision === revision) due.delete(key);
        // A newer one is told by the watch.
        if (!entry) entries.gone(key, revision);
      } catch (error) {
        log.debug({ key, error }, "whether an entry has expired is not known yet");
        return;
      }
    }
  }

  return { note };
}
