// A clock that only moves when something is due: what makes a minute of network
// take a second, and the same every time.

import TinyQueue from "tinyqueue";

export class Timeline {
  readonly #queue = new TinyQueue<{ atMs: number; order: number; run: () => void }>(
    [],
    (a, b) => a.atMs - b.atMs || a.order - b.order,
  );
  #order = 0;
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: () => void): void {
    this.#queue.push({ atMs: Math.max(atMs, this.#nowMs), order: this.#order++, run });
  }

  every(periodMs: number, run: () => void): void {
    this.at(this.#nowMs + periodMs, () => {
      run();
      this.every(periodMs, run);
    });
  }

  runUntil(endMs: number): void {
    for (;;) {
      const next = this.#queue.peek();
      if (!next || next.atMs > endMs) break;
      this.#queue.pop();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }
}
