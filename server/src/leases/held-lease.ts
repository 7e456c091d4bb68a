// One lease of this server: kept alive until it is released or lost. Its writes
// go one after another, each at the revision that the last one gave.

import { ClusterUnavailableError, type KeyValue, type KeyValueEntry } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import { TAKE_TRIES_MAX } from "./limits.ts";
import { judgeStanding, lifeMs, slotKey, type Lease, type SlotEntry } from "./slot-entry.ts";

/** The node didn't answer in time; or another lease or server has the slot. */
export type LossReason = "unconfirmed" | "taken";

type Ports = {
  bucket: KeyValue<SlotEntry>;
  serverId: string;
  nowMs(): number;
  log: Log;
  onWritten(entry: KeyValueEntry<SlotEntry>): void;
  onReleased(key: string, revision: number): void;
  /** Released and deleted, or lost: nothing more is written. */
  onOver(): void;
  onLost(why: LossReason): void;
};

type Begun = { revision: number; validUntilMs: number; confirmed: boolean };

export type HeldLease = ReturnType<typeof createHeldLease>;

export function createHeldLease(lease: Lease, begun: Begun, ports: Ports) {
  const { bucket, serverId, nowMs, log } = ports;
  const key = slotKey(lease.nodeId, lease.slot);
  let { revision, validUntilMs, confirmed } = begun;
  let state: "held" | "releasing" | "over" = "held";
  /** Something is to be written, and as soon as possible. */
  let due = false;
  let writtenAtMs = nowMs();
  let writing = false;

  function write(): void {
    due = true;
    if (writing || state === "over") return;
    writing = true;
    writeDue()
      .catch((error: unknown) => {
        // Tried again at the next sweep. Any other failure is one of ours, and the same holds.
        if (error instanceof ClusterUnavailableError) log.debug({ ...lease }, "a lease could not be written now");
        else log.error({ ...lease, error }, "a lease could not be written");
      })
      .finally(() => {
        writing = false;
      });
  }

  async function writeDue(): Promise<void> {
    for (let tries = 0; due && state !== "over" && tries < TAKE_TRIES_MAX; tries++) {
      if (state === "releasing" ? await tryDelete() : await tryRenew()) continue;
      await consider();
    }
  }

  async function tryRenew(): Promise<boolean> {
    const askedAtMs = nowMs();
    const value = currentValue();
    // What comes to be due while this is on its way is written next.
    due = false;
    let written: number | undefined;
    try {
      written = await bucket.update(key, value, revision);
    } finally {
      if (written === undefined) due = true;
    }
    if (written === undefined) return false;
    noteWritten(value, written, askedAtMs);
    return true;
  }

  async function tryDelete(): Promise<boolean> {
    if (!(await bucket.delete(key, revision))) return false;
    ports.onReleased(key, revision);
    end();
    return true;
  }

  /** A write was refused: an earlier one of ours may have arrived without an answer, or the lease is no longer ours. */
  async function consider(): Promise<void> {
    const standing = judgeStanding(lease, serverId, await bucket.get(key));
    if (standing.type === "ours") {
      revision = standing.revision;
      return;
    }
    if (state === "releasing") return end();
    if (standing.type === "gone") {
      const askedAtMs = nowMs();
      const value = currentValue();
      const written = await bucket.create(key, value);
      // Refused: the next round sees by whom.
      if (written !== undefined) noteWritten(value, written, askedAtMs);
      return;
    }
    end();
    ports.onLost("taken");
  }

  function currentValue(): SlotEntry {
    return { sessionId: lease.sessionId, serverId, epoch: lease.epoch, lifeMs: lifeMs(confirmed) };
  }

  function noteWritten(value: SlotEntry, written: number, askedAtMs: number): void {
    revision = written;
    writtenAtMs = askedAtMs;
    validUntilMs = askedAtMs + value.lifeMs;
    ports.onWritten({ key, value, revision });
  }

  function end(): void {
    state = "over";
    ports.onOver();
  }

  return {
    lease,
    get valid(): boolean {
      return state === "held" && nowMs() < validUntilMs;
    },
    confirm(): void {
      if (state !== "held" || confirmed) return;
      confirmed = true;
      write();
    },
    release(): void {
      if (state !== "held") return;
      state = "releasing";
      write();
    },
    /** To be called now and then. An unconfirmed lease is not renewed: its life is how long the node has to answer. */
    tend(renewEveryMs: number): void {
      const silent = state === "held" && !confirmed && nowMs() >= validUntilMs;
      if (silent) state = "releasing";
      const renew = state === "held" && confirmed && nowMs() - writtenAtMs >= renewEveryMs;
      if (due || silent || renew) write();
      if (silent) ports.onLost("unconfirmed");
    },
  };
}
