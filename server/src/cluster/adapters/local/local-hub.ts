// What the clusters of one process share: the queue of messages and the buckets.
// One server needs one hub; a test may let several servers meet on one, as they
// would on NATS.
//
// Revisions begin at the wall clock's milliseconds, so that they go on growing
// over a restart that remembers nothing: no bucket is written a thousand times a
// second for its whole life.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../../../log.ts";
import { OUTBOX_MESSAGES_MAX } from "../../limits.ts";
import type { Receiver } from "../../make-receiver.ts";
import { createLocalEntries, type LocalEntries } from "./local-entries.ts";

type Message = { subject: string; text: string };

export type LocalHub = ReturnType<typeof createLocalHub>;

export function createLocalHub({ clock, log }: { clock: Clock; log: Log }, scope: Scope) {
  const receivers = new Map<string, Set<Receiver>>();
  const buckets = new Map<string, LocalEntries>();
  let waiting: Message[] = [];
  let dropped = 0;
  let closed = false;
  // Not `scope.closed`: who closes before us still has something to say.
  scope.own(receivers, () => void (closed = true));

  function listen(subject: string, receiver: Receiver, listenerScope: Scope): void {
    const listening = receivers.get(subject) ?? new Set();
    listenerScope.own(receiver, () => {
      listening.delete(receiver);
      if (listening.size === 0 && receivers.get(subject) === listening) receivers.delete(subject);
    });
    receivers.set(subject, listening.add(receiver));
  }

  function publish(message: Message): void {
    if (closed) return;
    if (waiting.length === 0) queueMicrotask(deliver);
    if (waiting.length >= OUTBOX_MESSAGES_MAX) {
      waiting.shift();
      dropped++;
    }
    waiting.push(message);
  }

  /** What is published meanwhile is for the next turn. */
  function deliver(): void {
    const messages = waiting;
    waiting = [];
    if (dropped > 0) log.warn({ messages: dropped }, "too many messages at once; the oldest were dropped");
    dropped = 0;
    for (const { subject, text } of messages) {
      for (const receiver of [...(receivers.get(subject) ?? [])]) receiver(text);
    }
  }

  function entries(name: string, ttlMs: number | undefined): LocalEntries {
    const known = buckets.get(name);
    if (known && known.ttlMs !== ttlMs) throw new Error(`bucket ${name} is open with another ttlMs`);
    const made = known ?? createLocalEntries({ clock, ttlMs, firstRevision: Math.round(clock.wallMs()) }, scope);
    buckets.set(name, made);
    return made;
  }

  return { listen, publish, entries };
}
