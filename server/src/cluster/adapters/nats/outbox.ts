// Messages that wait for the bus to come back: the newest, in their order.

import { OUTBOX_AGE_MS, OUTBOX_MESSAGES_MAX } from "../../limits.ts";

export type Outgoing = { readonly subject: string; readonly text: string };

export type Outbox = ReturnType<typeof createOutbox>;

export function createOutbox() {
  let waiting: (Outgoing & { atMs: number })[] = [];
  let dropped = 0;

  return {
    add(message: Outgoing, nowMs: number): void {
      waiting.push({ ...message, atMs: nowMs });
      // Twice the limit, so that a full one isn't moved at each message.
      if (waiting.length < 2 * OUTBOX_MESSAGES_MAX) return;
      dropped += waiting.length - OUTBOX_MESSAGES_MAX;
      waiting = waiting.slice(-OUTBOX_MESSAGES_MAX);
    },
    /** Empties it. `dropped` are those that were too many or are too old by now. */
    take(nowMs: number): { messages: Outgoing[]; dropped: number } {
      const young = waiting.filter(({ atMs }) => nowMs - atMs <= OUTBOX_AGE_MS).slice(-OUTBOX_MESSAGES_MAX);
      const taken = { messages: young, dropped: dropped + waiting.length - young.length };
      waiting = [];
      dropped = 0;
      return taken;
    },
    get length(): number {
      return waiting.length;
    },
  };
}
