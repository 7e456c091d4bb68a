// Tells presses from what only looks like one: a key that is held down repeats,
// and X says so by a release and a press at the same moment.

export type KeyEvent = { down: boolean; keycode: number; timeMs: number };

export class Presses {
  readonly #releasedAtMs = new Map<number, number>();

  /** True when somebody pressed the key, false when it repeats or goes up. */
  take({ down, keycode, timeMs }: KeyEvent): boolean {
    if (down) return this.#releasedAtMs.get(keycode) !== timeMs;
    this.#releasedAtMs.set(keycode, timeMs);
    return false;
  }
}
