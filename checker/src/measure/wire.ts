// Loss and rate, counted by the packets as they came off the wire. Pure.
//
// A packet that was lost and sent again comes in another stream, so each number that
// is missing here is one that the path lost, whatever was repaired.

export type WireCount = {
  readonly first: number | undefined;
  /** Extended by wraps. */
  readonly highest: number;
  readonly received: number;
};
export const NOTHING_HEARD: WireCount = { first: undefined, highest: 0, received: 0 };

export function countPacket(count: WireCount, sequence: number): WireCount {
  if (count.first === undefined) return { first: sequence, highest: sequence, received: 1 };
  const ahead = (((sequence - count.highest) & 0xffff) ^ 0x8000) - 0x8000;
  return { ...count, highest: Math.max(count.highest, count.highest + ahead), received: count.received + 1 };
}

/** Packets sent between two counts, and those of them that never came. */
export function lostBetween(before: WireCount, after: WireCount): { sent: number; lost: number } {
  if (after.first === undefined) return { sent: 0, lost: 0 };
  const sent = before.first === undefined ? after.highest - after.first + 1 : after.highest - before.highest;
  // A packet that was overtaken across the border makes one too many.
  return { sent, lost: Math.max(0, sent - (after.received - before.received)) };
}
