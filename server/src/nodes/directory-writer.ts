// Brings this process's node records into the cluster's bucket: the newest of each, a
// bounded number at a time, until it is in or another process turns out to hold the node.

import type { Scope } from "@nearframe/shared/lifetime";
import { ClusterUnavailableError, type KeyValue, type KeyValueChange } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import type { NodeRecord } from "./node-record.ts";

/** A thousand nodes that register at once share the bus with everybody's leases. */
const WRITES_AT_ONCE_MAX = 32;
const ATTEMPTS_MAX = 3;
/** The bucket did not answer: its next answer is not far, or the cluster says that it is gone. */
const RETRY_MS = 1_000;

export type DirectoryWriterPorts = {
  bucket: KeyValue<NodeRecord>;
  log: Log;
  serverId: string;
  /** Another process had written the node's entry, and this one has no newer claim. */
  onMovedAway(record: NodeRecord): void;
};

/** What is to be brought in; undefined: the entry is to go. */
type Job = { record: NodeRecord | undefined; claim: boolean };

export function createDirectoryWriter({ bucket, log, serverId, onMovedAway }: DirectoryWriterPorts, scope: Scope) {
  const jobs = new Map<string, Job>();
  const revisions = new Map<string, number>();
  const writing = new Map<string, Job>();
  let retry: NodeJS.Timeout | undefined;
  scope.own(jobs, () => {
    clearTimeout(retry);
    jobs.clear();
  });

  function write(record: NodeRecord, claim: boolean): void {
    jobs.set(record.nodeId, { record, claim: claim || jobs.get(record.nodeId)?.claim === true });
    pump();
  }

  function remove(nodeId: string): void {
    jobs.set(nodeId, { record: undefined, claim: false });
    pump();
  }

  /** What the watch says, whoever wrote it. */
  function note(change: KeyValueChange<NodeRecord>): void {
    if (change.type === "gone") revisions.delete(change.key);
    else revisions.set(change.key, Math.max(change.revision, revisions.get(change.key) ?? 0));
  }

  function pump(): void {
    if (retry !== undefined || scope.closed) return;
    for (const [nodeId, job] of jobs) {
      if (writing.size >= WRITES_AT_ONCE_MAX) return;
      if (writing.has(nodeId)) continue;
      jobs.delete(nodeId);
      writing.set(nodeId, job);
      void run(nodeId, job);
    }
  }

  async function run(nodeId: string, job: Job): Promise<void> {
    try {
      await (job.record ? bring(job.record, job.claim) : takeAway(nodeId));
    } catch (error) {
      if (scope.closed) return;
      if (!(error instanceof ClusterUnavailableError)) log.error({ nodeId, error }, "a node's entry could not be written");
      else later(nodeId, job);
    } finally {
      writing.delete(nodeId);
      pump();
    }
  }

  async function bring(record: NodeRecord, claim: boolean): Promise<void> {
    const { nodeId } = record;
    // An entry that changes more often than this is being written by somebody who knows better.
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const known = revisions.get(nodeId);
      const revision = known === undefined ? await bucket.create(nodeId, record) : await bucket.update(nodeId, record, known);
      if (revision !== undefined) return void revisions.set(nodeId, revision);
      const entry = await bucket.get(nodeId);
      if (!entry) {
        revisions.delete(nodeId);
      } else if (entry.value.homeServerId !== serverId && !claim) {
        revisions.set(nodeId, entry.revision);
        return onMovedAway(entry.value);
      } else {
        revisions.set(nodeId, entry.revision);
      }
    }
    log.warn({ nodeId }, "a node's entry changes too quickly to be written");
  }

  async function takeAway(nodeId: string): Promise<void> {
    const known = revisions.get(nodeId);
    // At this revision only: a node that has come to another process meanwhile stays.
    if (known !== undefined && (await bucket.delete(nodeId, known))) revisions.delete(nodeId);
  }

  /** A newer word on the node stands. */
  function later(nodeId: string, job: Job): void {
    if (!jobs.has(nodeId)) jobs.set(nodeId, job);
    retry ??= setTimeout(() => {
      retry = undefined;
      pump();
    }, RETRY_MS);
  }

  return {
    write,
    remove,
    note,
    /** Its entry is about to say that the node is here. */
    isClaiming: (nodeId: string): boolean => writing.get(nodeId)?.claim === true || jobs.get(nodeId)?.claim === true,
  };
}
