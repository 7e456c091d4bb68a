// Every node of the cluster, as its home last told: the `nodes` bucket, watched, with what
// this process knows better laid over it. Written only when a record changes.
//
// Whose home is gone is offline, whatever its record says. How long a node has been
// offline each process counts for itself, so a home that died is missed by nobody.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { KeyValue, KeyValueChange } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import { createDirectoryWriter } from "./directory-writer.ts";
import { NODE_GRACE_MS, OFFLINE_KEPT_MS } from "./limits.ts";
import type { NodeRecord } from "./node-record.ts";

export type NodeDirectoryPorts = {
  clock: Clock;
  log: Log;
  serverId: string;
  bucket: KeyValue<NodeRecord>;
  isServerAlive(serverId: string): boolean;
  events: {
    onChanged(record: NodeRecord): void;
    /** It has been offline for the grace: what it ran is given up. */
    onLost(nodeId: string): void;
    /** Forgotten. */
    onGone(nodeId: string): void;
    /** Another process holds its socket now. */
    onMovedAway(nodeId: string): void;
  };
};

export type NodeDirectory = Awaited<ReturnType<typeof openNodeDirectory>>;

type Absence = { readonly sinceMs: number; lost: boolean };

/** Resolves when every node that the bucket names is known. */
export async function openNodeDirectory(ports: NodeDirectoryPorts, scope: Scope) {
  const { clock, log, serverId, bucket, isServerAlive, events } = ports;
  /** As told; what is shown may differ. */
  const told = new Map<string, NodeRecord>();
  const shown = new Map<string, NodeRecord>();
  const absences = new Map<string, Absence>();
  const writer = createDirectoryWriter({ bucket, log, serverId, onMovedAway: take }, scope);

  /** This process's own word on a node that hangs here. `claim`: it has just come, from wherever it was. */
  function put(record: NodeRecord, { claim = false } = {}): void {
    told.set(record.nodeId, record);
    writer.write(record, claim);
    show(record);
  }

  function forget(nodeId: string): void {
    writer.remove(nodeId);
    drop(nodeId);
  }

  function hear(change: KeyValueChange<NodeRecord>): void {
    writer.note(change);
    if (change.type === "present") {
      if (change.value.homeServerId !== serverId) take(change.value);
      return;
    }
    const own = told.get(change.key);
    if (own?.homeServerId !== serverId) return drop(change.key);
    // Others took this process for dead and cleared up after it: the node still hangs here.
    writer.write(own, true);
  }

  function take(record: NodeRecord): void {
    const { nodeId } = record;
    const wasHere = told.get(nodeId)?.homeServerId === serverId;
    if (wasHere && writer.isClaiming(nodeId)) return;
    told.set(nodeId, record);
    show(record);
    if (wasHere) events.onMovedAway(nodeId);
  }

  function show(record: NodeRecord): void {
    const { nodeId } = record;
    const next: NodeRecord = isServerAlive(record.homeServerId) || record.state === "offline" ? record : { ...record, state: "offline" };
    if (next.state !== "offline") absences.delete(nodeId);
    else if (!absences.has(nodeId)) absences.set(nodeId, { sinceMs: clock.monotonicMs(), lost: false });
    shown.set(nodeId, next);
    events.onChanged(next);
  }

  function drop(nodeId: string): void {
    told.delete(nodeId);
    if (!shown.delete(nodeId)) return;
    const absence = absences.get(nodeId);
    absences.delete(nodeId);
    if (!absence?.lost) events.onLost(nodeId);
    events.onGone(nodeId);
  }

  /** Processes came or went: what their nodes are taken for changes with them. */
  function serversChanged(): void {
    for (const record of told.values()) {
      const offline = !isServerAlive(record.homeServerId) || record.state === "offline";
      if (offline !== (shown.get(record.nodeId)?.state === "offline")) show(record);
    }
  }

  /** Called every so often; looks only at those that are offline. */
  function sweep(): void {
    const nowMs = clock.monotonicMs();
    for (const [nodeId, absence] of [...absences]) {
      const awayMs = nowMs - absence.sinceMs;
      if (awayMs >= NODE_GRACE_MS && !absence.lost) {
        absence.lost = true;
        events.onLost(nodeId);
      }
      if (awayMs < OFFLINE_KEPT_MS || !absences.has(nodeId)) continue;
      const record = told.get(nodeId);
      // Staying away for a while is no way out of an order.
      if (record?.orders) continue;
      const home = record?.homeServerId;
      // Its home forgets it; where that is gone, everybody tries, and one succeeds.
      if (home === serverId || (home !== undefined && !isServerAlive(home))) forget(nodeId);
    }
  }

  await bucket.watch(hear, scope);
  return {
    put,
    forget,
    serversChanged,
    sweep,
    get: (nodeId: string): NodeRecord | undefined => shown.get(nodeId),
    all: (): Iterable<NodeRecord> => shown.values(),
    get size() {
      return shown.size;
    },
  };
}
