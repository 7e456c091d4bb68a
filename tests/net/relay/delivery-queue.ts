// Hands things over when their time comes: a heap by due time and one timer.
//
// Node's timers count whole milliseconds and fire up to one late. So the timer
// is set to the millisecond before, and what is due within half a millisecond
// of a wake-up goes with it: the error is spread about 0 (README.md has
// the figures) at no more than one wake-up a millisecond.

import TinyQueue from "tinyqueue";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";

/** A wake-up serves what is due this soon. */
const EARLY_MS = 0.5;

type Entry<T> = { dueMs: number; order: number; item: T };

export class DeliveryQueue<T> {
  readonly #clock: Clock;
  readonly #deliver: (item: T, lateMs: number) => void;
  readonly #heap = new TinyQueue<Entry<T>>([], (a, b) => a.dueMs - b.dueMs || a.order - b.order);
  #order = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Infinity;
  #closed = false;

  constructor(deliver: (item: T, lateMs: number) => void, clock: Clock, scope: Scope) {
    this.#deliver = deliver;
    this.#clock = clock;
    scope.own(this, (queue) => queue.#close());
  }

  get length(): number {
    return this.#heap.length;
  }

  /** Equal times leave in the order they came. After closing, nothing is taken. */
  push(dueMs: number, item: T): void {
    if (this.#closed) return;
    this.#heap.push({ dueMs, order: this.#order++, item });
    if (dueMs <= this.#clock.monotonicMs() + EARLY_MS) this.#serve();
    else this.#arm();
  }

  #serve(): void {
    for (;;) {
      const first = this.#heap.peek();
      if (first === undefined) break;
      const nowMs = this.#clock.monotonicMs();
      if (first.dueMs > nowMs + EARLY_MS) break;
      this.#heap.pop();
      this.#deliver(first.item, nowMs - first.dueMs);
    }
    this.#arm();
  }

  #arm(): void {
    const dueMs = this.#heap.peek()?.dueMs ?? Infinity;
    if (dueMs === this.#timerDueMs) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueMs = dueMs;
    if (dueMs === Infinity) return;
    const waitMs = Math.max(0, Math.floor(dueMs - this.#clock.monotonicMs()));
    this.#timer = setTimeout(() => {
      this.#timerDueMs = Infinity;
      this.#serve();
    }, waitMs);
  }

  #close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    while (this.#heap.length > 0) this.#heap.pop();
  }
}
