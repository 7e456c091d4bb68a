// The `slots` bucket as this server has seen it: which slots are taken, by whom,
// and which of those have expired.
//
// An entry's age counts from when this server first saw its revision, on this
// server's own clock. That is later than its writing, and its holder counts from
// before it: so the holder gives up first, whatever the clocks say.

import type { KeyValueEntry } from "../cluster/ports.ts";
import { EXPIRY_MARGIN_SHARE } from "./limits.ts";
import { epochOf, parseSlotKey, type SlotEntry } from "./slot-entry.ts";

export type SeenSlot = KeyValueEntry<SlotEntry> & { readonly slot: number; readonly seenAtMs: number };

/** A slot that may be taken: an empty one, or one with an expired entry at this revision. */
export type OpenSlot = { readonly slot: number; readonly overRevision: number | undefined };

export type SlotTable = ReturnType<typeof createSlotTable>;

export function createSlotTable() {
  const nodes = new Map<string, Map<number, SeenSlot>>();

  /**
   * Returns the node, if anything about it is new. An answer that comes after the
   * watch has told that the entry went brings back a ghost; it expires like any other.
   */
  function see(entry: KeyValueEntry<SlotEntry>, nowMs: number): string | undefined {
    const place = parseSlotKey(entry.key);
    if (!place) return undefined;
    const slots = nodes.get(place.nodeId) ?? new Map<number, SeenSlot>();
    const known = slots.get(place.slot);
    if (known && known.revision >= entry.revision) return undefined;
    nodes.set(place.nodeId, slots.set(place.slot, { ...entry, slot: place.slot, seenAtMs: nowMs }));
    return place.nodeId;
  }

  /** Returns the node, if the slot was taken as far as was known. */
  function seeGone(key: string, revision: number): string | undefined {
    const place = parseSlotKey(key);
    const slots = place && nodes.get(place.nodeId);
    if (!place || !slots) return undefined;
    const known = slots.get(place.slot);
    if (!known || known.revision > revision) return undefined;
    slots.delete(place.slot);
    if (slots.size === 0) nodes.delete(place.nodeId);
    return place.nodeId;
  }

  /** Of the first `slots` of a node, those that this server may try to take. */
  function openSlots(nodeId: string, slots: number, nowMs: number): OpenSlot[] {
    const taken = nodes.get(nodeId);
    const open: OpenSlot[] = [];
    for (let slot = 0; slot < slots; slot++) {
      const seen = taken?.get(slot);
      if (!seen) open.push({ slot, overRevision: undefined });
      else if (isExpired(seen, nowMs)) open.push({ slot, overRevision: seen.revision });
    }
    return open;
  }

  /** How many of a node's slots are taken by a lease that has not expired. */
  function takenCount(nodeId: string, nowMs: number): number {
    let count = 0;
    for (const seen of nodes.get(nodeId)?.values() ?? []) if (!isExpired(seen, nowMs)) count++;
    return count;
  }

  const at = (nodeId: string, slot: number): SeenSlot | undefined => nodes.get(nodeId)?.get(slot);

  /** The slot of a session's lease, expired or not. */
  function find(nodeId: string, sessionId: string, epoch: number): SeenSlot | undefined {
    for (const seen of nodes.get(nodeId)?.values() ?? []) {
      if (seen.value.sessionId === sessionId && epochOf(seen) === epoch) return seen;
    }
    return undefined;
  }

  /** Nodes with an entry that expired after `afterMs` and not after `nowMs`. */
  function expiredBetween(afterMs: number, nowMs: number): string[] {
    return [...nodes].flatMap(([nodeId, slots]) => {
      const expired = [...slots.values()].some((seen) => !isExpired(seen, afterMs) && isExpired(seen, nowMs));
      return expired ? [nodeId] : [];
    });
  }

  return { see, seeGone, openSlots, takenCount, at, find, expiredBetween };
}

export function isExpired({ value, seenAtMs }: SeenSlot, nowMs: number): boolean {
  return nowMs - seenAtMs >= value.lifeMs * (1 + EXPIRY_MARGIN_SHARE);
}
