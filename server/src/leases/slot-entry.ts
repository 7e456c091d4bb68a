// A lease as it stands in the `slots` bucket, under `<nodeId>.<slot>`.

import * as z from "zod/mini";
import type { KeyValueEntry } from "../cluster/ports.ts";
import { CONFIRMED_LIFE_MS, UNCONFIRMED_LIFE_MS } from "./limits.ts";

const Id = z.string().check(z.minLength(1), z.maxLength(128));

export const SlotEntry = z.object({
  sessionId: Id,
  /** Who renews it. */
  serverId: Id,
  /** Absent in the first entry of a lease, whose own revision is the epoch: before the write nobody knows it. */
  epoch: z.optional(z.int().check(z.positive())),
  /** From this entry's writing. */
  lifeMs: z.int().check(z.positive()),
});
export type SlotEntry = z.output<typeof SlotEntry>;

/** A session's right to a slot of a node. `epoch` tells it from every other lease of the cluster, and later ones are greater. */
export type Lease = { readonly nodeId: string; readonly slot: number; readonly sessionId: string; readonly epoch: number };

export function epochOf({ value, revision }: Pick<KeyValueEntry<SlotEntry>, "value" | "revision">): number {
  return value.epoch ?? revision;
}

export function slotKey(nodeId: string, slot: number): string {
  return `${nodeId}.${slot}`;
}

/** Undefined for a key of somebody else's making. */
export function parseSlotKey(key: string): { nodeId: string; slot: number } | undefined {
  const [, nodeId, slot] = /^([\w-]+)\.(\d{1,5})$/.exec(key) ?? [];
  return nodeId === undefined || slot === undefined ? undefined : { nodeId, slot: Number(slot) };
}

/** Why an owner may not go on with its lease, or how it may. */
export type Standing =
  /** The last write did arrive, or somebody repeated it: go on from this revision. */
  | { type: "ours"; revision: number }
  /** The entry went, with the bucket's data or after a very long outage; the slot may be taken again under the same epoch. */
  | { type: "gone" }
  /** Another lease, or another server that adopted this one. */
  | { type: "lost" };

/** What stands there after a write was refused. */
export function judgeStanding(lease: Lease, serverId: string, entry: KeyValueEntry<SlotEntry> | undefined): Standing {
  if (!entry) return { type: "gone" };
  const ours = entry.value.serverId === serverId && entry.value.sessionId === lease.sessionId && epochOf(entry) === lease.epoch;
  return ours ? { type: "ours", revision: entry.revision } : { type: "lost" };
}

export function lifeMs(confirmed: boolean): number {
  return confirmed ? CONFIRMED_LIFE_MS : UNCONFIRMED_LIFE_MS;
}
