// The newest seconds of one end of one session, in the order in which they
// came; a new one takes the place of the oldest.
//
// PERF: numbers in one flat array, because thousands of sessions keep minutes of
// them. Three minutes of both ends take 25 KB a session so, and 105 KB as
// objects, through every one of which the garbage collector walks (Node 24). A
// 32-bit float is finer than anything that is measured here; times need more.

import type { SecondLayout, Timed } from "./seconds.ts";

export class SecondsRing<S> {
  readonly #layout: SecondLayout<S>;
  readonly #capacity: number;
  readonly #figures: Float32Array;
  readonly #endsMs: Float64Array;
  #written = 0;

  constructor(layout: SecondLayout<S>, capacity: number) {
    this.#layout = layout;
    this.#capacity = capacity;
    this.#figures = new Float32Array(capacity * layout.size);
    this.#endsMs = new Float64Array(capacity);
  }

  push(endMs: number, second: S): void {
    const slot = this.#written++ % this.#capacity;
    this.#endsMs[slot] = endMs;
    this.#layout.write(second, this.#figures, slot * this.#layout.size);
  }

  /** Seconds that end from `fromMs` on and before `untilMs`, oldest first. */
  endingWithin(fromMs: number, untilMs: number): Timed<S>[] {
    const found: Timed<S>[] = [];
    for (let index = Math.max(0, this.#written - this.#capacity); index < this.#written; index++) {
      const slot = index % this.#capacity;
      const endMs = this.#endsMs[slot] ?? 0;
      if (endMs < fromMs || endMs >= untilMs) continue;
      found.push(this.#layout.read(this.#figures, slot * this.#layout.size, endMs));
    }
    return found;
  }
}
