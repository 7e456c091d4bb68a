// Takes, renews and gives back slots of nodes for this server's sessions.
//
// What decides is the `slots` bucket: its compare-and-set lets one of all servers
// take a slot, and its revision is the lease's epoch. While the bus is away
// nobody can take anything, so a lease whose time runs out meanwhile is not lost,
// only not certain: it is renewed when the bus is back, unless somebody else was
// quicker. That is told by `onLost`, once, and the lease is then over.
//
// A process that was stopped for minutes believes in its leases until it looks at
// its clock. Fencing is for that: nodes and servers refuse what comes under an
// epoch that is not the session's.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Cluster, KeyValue, KeyValueEntry } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import { createHeldLease, type HeldLease } from "./held-lease.ts";
import { ENTRY_TTL_MS, RENEW_EVERY_MS, SWEEP_EVERY_MS, TAKE_TRIES_MAX } from "./limits.ts";
import { lifeMs, slotKey, SlotEntry, type Lease } from "./slot-entry.ts";
import { createSlotTable, type OpenSlot } from "./slot-table.ts";

export type { Lease } from "./slot-entry.ts";

export interface LeaseEvents {
  /** Somebody else has the slot or adopted the session, or nobody confirmed in time. Told once. MUST NOT throw. */
  onLost(lease: Lease): void;
  /** The free slots of the node changed, by whichever server. MUST NOT throw. */
  onChanged(nodeId: string): void;
}

export type LeasesPorts = {
  cluster: Pick<Cluster, "serverId" | "bucket">;
  clock: Clock;
  log: Log;
  /** Gives numbers from 0 to below 1. Servers that choose at once should choose differently. */
  random(): number;
  events: LeaseEvents;
};

/** `epoch` undefined: a lease of its own, with a new one. */
type Wanted = { sessionId: string; epoch: number | undefined };

export type Leases = Awaited<ReturnType<typeof openLeases>>;

/**
 * Resolves when it knows every slot that is taken. Closing leaves this server's
 * leases as they are: its sessions go on, and another server may adopt them.
 */
export async function openLeases(ports: LeasesPorts, scope: Scope) {
  const bucket = await ports.cluster.bucket("slots", { schema: SlotEntry, ttlMs: ENTRY_TTL_MS });
  return runLeases(bucket, ports, scope);
}

export async function runLeases(bucket: KeyValue<SlotEntry>, ports: LeasesPorts, scope: Scope) {
  const { clock, log, random, events } = ports;
  const { serverId } = ports.cluster;
  const nowMs = () => clock.monotonicMs();
  const table = createSlotTable();
  const held = new Map<number, HeldLease>();
  /** Keys that this process is about to take, so that its own sessions don't race each other. */
  const asked = new Set<string>();
  /** By epoch: who adopts a session twice at once gets one lease. */
  const adopting = new Map<number, Promise<Lease | undefined>>();
  let sweptAtMs = nowMs();

  const changed = (nodeId: string | undefined) => nodeId !== undefined && events.onChanged(nodeId);

  await bucket.watch((change) => {
    if (change.type === "present") {
      changed(table.see(change, nowMs()));
      releaseStray(change);
    } else {
      changed(table.seeGone(change.key, change.revision));
    }
  }, scope);

  const sweeping = setInterval(sweep, SWEEP_EVERY_MS);
  scope.own(sweeping, () => clearInterval(sweeping));

  /**
   * A free slot of the node's first `slots`; undefined when none is left. Rejects
   * with `ClusterUnavailableError` when that can't be known now.
   */
  function takeSlot(nodeId: string, slots: number, sessionId: string): Promise<Lease | undefined> {
    return take(nodeId, slots, { sessionId, epoch: undefined });
  }

  /**
   * Takes over a lease that another server owned, or that this one had before it
   * restarted, under the same epoch. Where its entry has gone it gets any free slot.
   */
  function adopt(lease: Omit<Lease, "slot">, slots: number): Promise<Lease | undefined> {
    const { epoch } = lease;
    const known = held.get(epoch);
    if (known) return Promise.resolve(known.lease);
    const begun = adopting.get(epoch) ?? adoptOnce(lease, slots).finally(() => adopting.delete(epoch));
    adopting.set(epoch, begun);
    return begun;
  }

  async function adoptOnce({ nodeId, sessionId, epoch }: Omit<Lease, "slot">, slots: number): Promise<Lease | undefined> {
    for (let tries = 0; tries < TAKE_TRIES_MAX; tries++) {
      const seen = table.find(nodeId, sessionId, epoch);
      if (!seen) break;
      const lease = await tryTake(nodeId, { slot: seen.slot, overRevision: seen.revision }, { sessionId, epoch });
      if (lease) return lease;
    }
    return take(nodeId, slots, { sessionId, epoch });
  }

  async function take(nodeId: string, slots: number, wanted: Wanted): Promise<Lease | undefined> {
    for (let tries = 0; tries < TAKE_TRIES_MAX; tries++) {
      const open = pickOpen(nodeId, slots);
      if (!open) return undefined;
      const lease = await tryTake(nodeId, open, wanted);
      if (lease) return lease;
    }
    return undefined;
  }

  /** Undefined if somebody was quicker, who is then in the table. */
  async function tryTake(nodeId: string, { slot, overRevision }: OpenSlot, wanted: Wanted): Promise<Lease | undefined> {
    scope.signal.throwIfAborted();
    const key = slotKey(nodeId, slot);
    const { sessionId, epoch } = wanted;
    const adopted = epoch !== undefined;
    const value = { sessionId, serverId, lifeMs: lifeMs(adopted), ...(adopted && { epoch }) };
    asked.add(key);
    try {
      const askedAtMs = nowMs();
      const revision = overRevision === undefined ? await bucket.create(key, value) : await bucket.update(key, value, overRevision);
      if (revision !== undefined) {
        return hold({ nodeId, slot, sessionId, epoch: epoch ?? revision }, { key, value, revision }, askedAtMs, adopted);
      }
      await look(key, overRevision);
      return undefined;
    } finally {
      asked.delete(key);
      // A write without an answer may have succeeded, and the watch may have told so already.
      const seen = table.at(nodeId, slot);
      if (seen) releaseStray(seen);
    }
  }

  /** Any of them: servers that all begin at the first slot would meet there. */
  function pickOpen(nodeId: string, slots: number): OpenSlot | undefined {
    const open = table.openSlots(nodeId, slots, nowMs()).filter(({ slot }) => !asked.has(slotKey(nodeId, slot)));
    return open[Math.floor(random() * open.length)];
  }

  /** Corrects the table, which was behind. */
  async function look(key: string, knownRevision: number | undefined): Promise<void> {
    const entry = await bucket.get(key);
    if (entry) changed(table.see(entry, nowMs()));
    else if (knownRevision !== undefined) changed(table.seeGone(key, knownRevision));
  }

  function hold(lease: Lease, entry: { key: string; value: SlotEntry; revision: number }, askedAtMs: number, confirmed: boolean): Lease {
    changed(table.see(entry, nowMs()));
    const renewing = createHeldLease(
      lease,
      { revision: entry.revision, validUntilMs: askedAtMs + entry.value.lifeMs, confirmed },
      {
        bucket,
        serverId,
        nowMs,
        log,
        onWritten: (written) => changed(table.see(written, nowMs())),
        onReleased: (key, revision) => changed(table.seeGone(key, revision)),
        onOver: () => void held.delete(lease.epoch),
        onLost: (why) => {
          log.warn({ ...lease, why }, "lease lost");
          events.onLost(lease);
        },
      },
    );
    held.set(lease.epoch, renewing);
    return lease;
  }

  /**
   * A write of ours that got no answer and succeeded after all: nobody here holds
   * what it took, so it is given back before it expires.
   */
  function releaseStray({ key, value, revision }: KeyValueEntry<SlotEntry>): void {
    if (value.serverId !== serverId || held.has(value.epoch ?? revision) || asked.has(key)) return;
    bucket.delete(key, revision).catch((error: unknown) => {
      log.debug({ key, error }, "a stray lease could not be given back; it expires");
    });
  }

  function sweep(): void {
    const now = nowMs();
    for (const nodeId of table.expiredBetween(sweptAtMs, now)) events.onChanged(nodeId);
    sweptAtMs = now;
    for (const lease of [...held.values()]) lease.tend(RENEW_EVERY_MS);
  }

  return {
    takeSlot,
    adopt,
    /** The node has answered: the lease now lives as long as the session. */
    confirm: (lease: Lease): void => held.get(lease.epoch)?.confirm(),
    /** In the background, however long it takes. The lease is over at once. */
    release: (lease: Lease): void => held.get(lease.epoch)?.release(),
    /** Whether nobody else can have the slot at this moment. What is under way goes on without; nothing new begins. */
    holds: (lease: Lease): boolean => held.get(lease.epoch)?.valid ?? false,
    /** Whether the lease stands in the bucket, as last seen, whoever owns it: a node's home asks before it passes on. */
    isCurrent: (nodeId: string, sessionId: string, epoch: number): boolean => table.find(nodeId, sessionId, epoch) !== undefined,
    slotsFree: (nodeId: string, slots: number): number => Math.max(0, slots - table.takenCount(nodeId, nowMs())),
  };
}
