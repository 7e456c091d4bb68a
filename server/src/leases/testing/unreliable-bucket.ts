// A bucket behind a bad network: calls and their answers take a while, are lost,
// or wait for nobody while the link is cut. What the store itself does is as good
// as ever. Use under fake timers.

import type { Scope } from "@nearframe/shared/lifetime";
import { CALL_MS } from "../../cluster/limits.ts";
import { ClusterUnavailableError, type KeyValue, type KeyValueChange } from "../../cluster/ports.ts";

export type Link = { up: boolean; lossShare: number; delayMsMax: number; random(): number };

export function unreliable<T>(bucket: KeyValue<T>, link: Link): KeyValue<T> {
  const delayMs = () => Math.floor(link.random() * link.delayMsMax);
  const arrives = () => link.up && link.random() >= link.lossShare;

  function call<R>(work: () => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new ClusterUnavailableError("no answer")), CALL_MS);
      const answer = (settle: () => void) => {
        if (!arrives()) return;
        setTimeout(() => {
          clearTimeout(limit);
          settle();
        }, delayMs());
      };
      if (!arrives()) return;
      setTimeout(() => {
        work().then(
          (result) => answer(() => resolve(result)),
          (error: unknown) => answer(() => reject(error as Error)),
        );
      }, delayMs());
    });
  }

  return {
    get: (key) => call(() => bucket.get(key)),
    create: (key, value) => call(() => bucket.create(key, value)),
    update: (key, value, revision) => call(() => bucket.update(key, value, revision)),
    delete: (key, revision) => call(() => bucket.delete(key, revision)),
    watch: (handler, scope) => watchLate(bucket, handler, link, scope),
  };
}

/** Changes come late and in order; while the link is cut, none, and then the last of each key. */
async function watchLate<T>(bucket: KeyValue<T>, handler: (change: KeyValueChange<T>) => void, link: Link, scope: Scope): Promise<void> {
  const waiting = new Map<string, KeyValueChange<T>>();
  let timer: NodeJS.Timeout | undefined;
  let started = false;
  scope.own(waiting, () => clearTimeout(timer));

  function later(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (link.up) flush();
      else later();
    }, 1 + Math.floor(link.random() * link.delayMsMax));
  }
  function flush(): void {
    const changes = [...waiting.values()];
    waiting.clear();
    for (const change of changes) handler(change);
  }

  await bucket.watch((change) => {
    if (!started) return handler(change);
    waiting.delete(change.key);
    waiting.set(change.key, change);
    later();
  }, scope);
  started = true;
}
