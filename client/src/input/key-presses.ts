// Keys that the page presses for the player: buttons for what a browser keeps for itself, a phone's
// own keyboard, a text with several lines.

import { keyNumber } from "@nearframe/shared/input/codes";
import type { Timers } from "../timers.ts";
import type { InputEvent } from "./input-state.ts";

/** A title must have seen it. */
export const PRESS_MS = 80;

export interface KeyPresses {
  /** Presses and lets go of them, held together; each by its `KeyboardEvent.code`. */
  press(codes: readonly string[]): void;
}

export function createKeyPresses(timers: Timers, dispatch: (event: InputEvent, madeAtMs: number) => void): KeyPresses {
  /** What is down, and how to call off its release. */
  const down = new Map<number, () => void>();

  function lift(key: number): void {
    down.get(key)?.();
    down.delete(key);
    dispatch({ kind: "key", key, down: false }, timers.monotonicMs());
  }

  return {
    press(codes) {
      const keys = codes.flatMap((code) => keyNumber(code) ?? []);
      for (const key of keys) {
        // Phones repeat a held Backspace faster than a press lasts, and the lines of a text end all at once.
        if (down.has(key)) lift(key);
        dispatch({ kind: "key", key, down: true }, timers.monotonicMs());
      }
      for (const key of keys.toReversed()) down.set(key, timers.after(PRESS_MS, () => lift(key)));
    },
  };
}
