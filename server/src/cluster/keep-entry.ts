// Keeps one entry of a bucket as this process wants it: writes it when it changes
// and now and then, puts it back when it went, through outages. Only this process
// writes the key.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../log.ts";
import { ClusterUnavailableError, type KeyValue } from "./ports.ts";

export type KeptEntry<T> = {
  /** The newest value counts; what is still on its way is followed by it. */
  set(value: T): void;
};

type Options<T> = { key: string; value: T; rewriteEveryMs: number };

/** Resolves when the entry is there; the scope's close deletes it, if the bus is there to be told. */
export async function keepEntry<T>(bucket: KeyValue<T>, { key, value: first, rewriteEveryMs }: Options<T>, log: Log, scope: Scope): Promise<KeptEntry<T>> {
  let value = first;
  let revision: number | undefined;
  let changed = false;
  let writing: Promise<void> | undefined;

  await write();
  const rewriting = setInterval(start, rewriteEveryMs);
  scope.own(rewriting, async () => {
    clearInterval(rewriting);
    await writing;
    if (revision === undefined) return;
    await bucket.delete(key, revision).catch((error: unknown) => log.debug({ key, error }, "an entry of ours is left to expire"));
  });

  async function write(): Promise<void> {
    changed = false;
    const written = revision === undefined ? await bucket.create(key, value) : await bucket.update(key, value, revision);
    if (written !== undefined) {
      revision = written;
      return;
    }
    // An earlier write got no answer, or the entry expired while the bus was away.
    revision = (await bucket.get(key))?.revision;
    const again = revision === undefined ? await bucket.create(key, value) : await bucket.update(key, value, revision);
    if (again === undefined) throw new ClusterUnavailableError(`somebody else writes ${key}`);
    revision = again;
  }

  function start(): void {
    if (scope.closed) return;
    writing ??= write()
      .catch((error: unknown) => log.debug({ key, error }, "an entry of ours could not be written now"))
      .finally(() => {
        writing = undefined;
        if (changed) start();
      });
  }

  return {
    set(newer) {
      value = newer;
      changed = true;
      start();
    },
  };
}
