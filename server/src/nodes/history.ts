// How nodes have done: uptime and sessions, summed up from days in the store. Told in
// batches, so that a hundred thousand nodes cost a statement every few seconds; what a
// crash loses is the uptime that had not been written yet, `WRITE_EVERY_MS` at most.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { bearerOf, type EndReason } from "@nearframe/shared/session/end-reasons";
import type { Log } from "../log.ts";
import type { NodeStore } from "../store/node-ports.ts";
import type { HostRecord } from "./node-record.ts";

/** MUST NOT throw, and MUST NOT make its caller wait. */
export interface NodeHistory {
  /** The node's record is told as soon as it is known, and when it changes while the node is linked here. */
  linked(nodeId: string, onRecord: (record: HostRecord) => void): void;
  unlinked(nodeId: string): void;
  /** A session has ended on the node, or left it. */
  sessionEnded(nodeId: string, reason: EndReason): void;
}

/** For who keeps none. */
export const noHistory: NodeHistory = { linked() {}, unlinked() {}, sessionEnded() {} };

const DAY_MS = 86_400_000;
export const DAYS_KEPT = 30;
const RECENT_DAYS = 7;
export const WRITE_EVERY_MS = 60 * 60_000;
const WORK_EVERY_MS = 2_000;
/** 100,000 nodes that register at once are known in five minutes, and their hours take as long. */
const BATCH_MAX = 1_000;

type Entry = {
  onRecord: ((record: HostRecord) => void) | undefined;
  /** Monotonic; up to then its uptime is told to the store. Undefined while it hangs elsewhere. */
  linkedSinceMs: number | undefined;
  linkedMs: number;
  ended: number;
  failed: number;
};

export function createNodeHistory({ clock, log, store }: { clock: Clock; log: Log; store: NodeStore }, scope: Scope): NodeHistory {
  const entries = new Map<string, Entry>();
  /** Whose days are to be written, and whose record is to be read then. */
  const due = new Set<string>();
  let working = false;
  let trimmedDay = 0;
  const timer = setInterval(() => void work(), WORK_EVERY_MS);
  scope.own(timer, clearInterval);
  scope.own(entries, async () => {
    for (const nodeId of entries.keys()) due.add(nodeId);
    while (due.size > 0 && (await write(take()))) continue;
  });

  function entryOf(nodeId: string): Entry {
    const entry = entries.get(nodeId) ?? { onRecord: undefined, linkedSinceMs: undefined, linkedMs: 0, ended: 0, failed: 0 };
    entries.set(nodeId, entry);
    return entry;
  }

  function linked(nodeId: string, onRecord: (record: HostRecord) => void): void {
    const entry = entryOf(nodeId);
    countLinked(entry);
    Object.assign(entry, { onRecord, linkedSinceMs: clock.monotonicMs() });
    due.add(nodeId);
  }

  function unlinked(nodeId: string): void {
    const entry = entries.get(nodeId);
    if (!entry) return;
    countLinked(entry);
    Object.assign(entry, { onRecord: undefined, linkedSinceMs: undefined });
    due.add(nodeId);
  }

  function sessionEnded(nodeId: string, reason: EndReason): void {
    const entry = entryOf(nodeId);
    entry.ended++;
    if (bearerOf(reason) === "host") entry.failed++;
    due.add(nodeId);
  }

  function countLinked(entry: Entry): void {
    if (entry.linkedSinceMs === undefined) return;
    const nowMs = clock.monotonicMs();
    entry.linkedMs += nowMs - entry.linkedSinceMs;
    entry.linkedSinceMs = nowMs;
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    try {
      const nowMs = clock.monotonicMs();
      for (const [nodeId, { linkedSinceMs }] of entries) {
        if (linkedSinceMs !== undefined && nowMs - linkedSinceMs >= WRITE_EVERY_MS) due.add(nodeId);
      }
      const batch = take();
      if (batch.length > 0 && (await write(batch)) && !scope.closed) await tell(batch);
      await trim();
    } catch (error) {
      log.error({ error }, "the nodes' records could not be read");
    } finally {
      working = false;
    }
  }

  function take(): string[] {
    const batch = [...due.values().take(BATCH_MAX)];
    for (const nodeId of batch) due.delete(nodeId);
    return batch;
  }

  /** False if the store did not take it: then it is kept for another time. */
  async function write(batch: readonly string[]): Promise<boolean> {
    const atMs = clock.wallMs();
    const days = batch.map((nodeId) => {
      const entry = entryOf(nodeId);
      countLinked(entry);
      const { linkedMs, ended, failed } = entry;
      Object.assign(entry, { linkedMs: 0, ended: 0, failed: 0 });
      return { nodeId, atMs, linkedMs, sessionsEnded: ended, sessionsFailedByHost: failed };
    });
    try {
      await store.addNodeDays(days);
      for (const nodeId of batch) forgetIfQuiet(nodeId);
      return true;
    } catch (error) {
      log.error({ error, nodes: days.length }, "the nodes' days could not be written; they are kept");
      for (const { nodeId, linkedMs, sessionsEnded, sessionsFailedByHost } of days) {
        const entry = entryOf(nodeId);
        entry.linkedMs += linkedMs;
        entry.ended += sessionsEnded;
        entry.failed += sessionsFailedByHost;
        due.add(nodeId);
      }
      return false;
    }
  }

  /** Of a node that hangs elsewhere nothing is left to be told. */
  function forgetIfQuiet(nodeId: string): void {
    const entry = entries.get(nodeId);
    if (entry && entry.linkedSinceMs === undefined && !due.has(nodeId)) entries.delete(nodeId);
  }

  async function tell(batch: readonly string[]): Promise<void> {
    const nowMs = clock.wallMs();
    const here = batch.filter((nodeId) => entries.get(nodeId)?.onRecord);
    const sinceMs = nowMs - (DAYS_KEPT - 1) * DAY_MS;
    for (const totals of await store.nodeTotals(here, { sinceMs, recentSinceMs: nowMs - (RECENT_DAYS - 1) * DAY_MS })) {
      const knownMs = Math.max(1, nowMs - totals.firstHeardAtMs);
      entries.get(totals.nodeId)?.onRecord?.({
        sessionsEnded: totals.sessionsEnded,
        sessionsFailedByHost: totals.sessionsFailedByHost,
        sessionsLast7Days: totals.sessionsRecent,
        // A node that has just come has done nothing wrong yet.
        uptimeShare: knownMs < NEW_MS ? 1 : Math.min(1, totals.linkedMs / knownMs),
      });
    }
  }

  async function trim(): Promise<void> {
    const today = Math.floor(clock.wallMs() / DAY_MS);
    if (today === trimmedDay) return;
    trimmedDay = today;
    await store.trimNodeDays((today - DAYS_KEPT) * DAY_MS);
  }

  return { linked, unlinked, sessionEnded };
}

/** Until a node has been known for so long its uptime says little. */
const NEW_MS = 10 * 60_000;
