// Archives on their way to the server. They outlive their session, which can't wait
// for a slow link, but not their time: an archive that can't be brought is wiped, as
// everything of a player's is.
//
// They lie in memory where the machine has such a folder, never in the session's own.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { TimeoutError, withTimeout, type Scope } from "@nearframe/shared/lifetime";
import type { SaveCommitted } from "@nearframe/shared/saves/transfer";

export interface Outbox {
  /** A file for one archive; whoever asks for it delivers or discards it. Undefined when there is no room. */
  reserve(): string | undefined;
  discard(file: string): Promise<void>;
  /** Runs `bring` until it is done or out of time, then wipes the file. */
  deliver(file: string, bring: (signal: AbortSignal) => Promise<SaveCommitted>): Promise<SaveCommitted>;
}

/** Each up to 256 MB, of memory; most are a hundredth of that. */
const ARCHIVES_MAX = 32;
/** As long as a server's restart or a node's broken link may take. */
const DELIVERY_MS = 10 * 60_000;
/** For what is on its way when the node stops. */
const STOP_WAIT_MS = 15_000;

/** `folder` is the outbox's own; its owner removes it. */
export function createOutbox(folder: string, scope: Scope): Outbox {
  const reserved = new Set<string>();
  const deliveries = new Set<Promise<unknown>>();
  const stop = new AbortController();
  let made = 0;

  const discard = async (file: string) => {
    await rm(file, { force: true });
    reserved.delete(file);
  };

  scope.own(
    deliveries,
    async () => {
      const all = Promise.allSettled(deliveries);
      await withTimeout(all, STOP_WAIT_MS, "saves are still on their way").catch((error: unknown) => {
        if (!(error instanceof TimeoutError)) throw error;
      });
      stop.abort();
      await all;
    },
    STOP_WAIT_MS + 5_000,
  );

  async function bringAndDiscard(file: string, bring: (signal: AbortSignal) => Promise<SaveCommitted>): Promise<SaveCommitted> {
    try {
      return await bring(AbortSignal.any([stop.signal, AbortSignal.timeout(DELIVERY_MS)]));
    } finally {
      await discard(file);
    }
  }

  return {
    reserve() {
      if (reserved.size >= ARCHIVES_MAX) return undefined;
      const file = join(folder, `archive-${++made}`);
      reserved.add(file);
      return file;
    },
    discard,
    deliver(file, bring) {
      const delivery = bringAndDiscard(file, bring);
      deliveries.add(delivery);
      const done = () => void deliveries.delete(delivery);
      delivery.then(done, done);
      return delivery;
    },
  };
}
