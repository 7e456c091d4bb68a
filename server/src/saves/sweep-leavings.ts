// Takes away parts that no save speaks of any more: of saves that were forgotten,
// and of those that nobody finished bringing.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../log.ts";
import type { ObjectStorage } from "../storage/ports.ts";
import type { SaveLeaving, SaveStore } from "../store/save-ports.ts";
import { savePrefix } from "./part-keys.ts";

export const SWEEP_INTERVAL_MS = 60_000;
/** A sweep that died half way is done again by whoever comes then. */
const CLAIM_MS = 60 * 60_000;
const AT_ONCE_MAX = 50;
/** No ticket lives as long, so nobody asks for the epoch again. */
const EPOCHS_KEPT_MS = 7 * 24 * 60 * 60_000;

export type SweepPorts = { clock: Clock; log: Log; store: SaveStore; storage: ObjectStorage };

export function sweepLeavings(ports: SweepPorts, scope: Scope): void {
  let running: Promise<void> | undefined;
  const sweep = () => {
    running ??= sweepOnce(ports)
      .catch((error: unknown) => ports.log.warn({ error }, "forgotten saves could not be taken away; tried again later"))
      .finally(() => (running = undefined));
  };
  // What is under way ends before the store closes.
  scope.own(undefined, () => running);
  scope.own(setInterval(sweep, SWEEP_INTERVAL_MS), clearInterval);
}

export async function sweepOnce({ clock, store, storage }: SweepPorts): Promise<void> {
  const nowMs = clock.wallMs();
  await store.trimEpochs(nowMs - EPOCHS_KEPT_MS);
  for (const leaving of await store.claimLeavings(nowMs, nowMs + CLAIM_MS, AT_ONCE_MAX)) {
    await takeAway(leaving, storage);
    await store.dropLeaving(leaving.saveId);
  }
}

async function takeAway(leaving: SaveLeaving, storage: ObjectStorage): Promise<void> {
  for await (const key of storage.list(savePrefix(leaving, leaving.saveId))) await storage.delete(key);
}
