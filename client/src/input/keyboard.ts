// The player's keyboard: physical keys, whatever the layout prints on them.

import type { Scope } from "@nearframe/shared/lifetime";
import { keyNumber } from "@nearframe/shared/input/codes";
import type { InputEvent } from "./input-state.ts";

export type KeyboardPorts = {
  dispatch(event: InputEvent, madeAtMs: number): void;
  /** False while the page's own menu is open: then its keys are the page's. */
  playing(): boolean;
  timers: { after(delayMs: number, callback: () => void): () => void };
  /** Escape was held: the one way out that a title can't take away. */
  onEscapeHeld(): void;
};

export const ESCAPE_HOLD_MS = 900;

export function createKeyboard(scope: Scope, target: Window, ports: KeyboardPorts): void {
  let stopHold: (() => void) | undefined;
  /** What went down here, and not by a press that a field made (`key-presses.ts`), which ends by itself. */
  const down = new Set<number>();

  const endHold = () => {
    stopHold?.();
    stopHold = undefined;
  };
  const handleHeld = () => {
    // Its release may never be heard, as where the page lost the focus.
    stopHold = undefined;
    ports.onEscapeHeld();
  };
  const handle = (event: KeyboardEvent) => {
    const pressed = event.type === "keydown";
    const inField = event.target instanceof HTMLInputElement;
    // What is typed into a field goes to the title as text (`text-field.ts`); what was down before is let go of there.
    if (inField && pressed) return;
    if (event.code === "Escape") {
      if (!pressed) endHold();
      else if (!event.repeat && ports.playing()) stopHold ??= ports.timers.after(ESCAPE_HOLD_MS, handleHeld);
    }
    if (!ports.playing()) return;
    const key = keyNumber(event.code);
    if (key === undefined || (inField && !down.has(key))) return;
    if (!inField) event.preventDefault();
    if (event.repeat) return;
    if (pressed) down.add(key);
    else down.delete(key);
    ports.dispatch({ kind: "key", key, down: pressed }, event.timeStamp);
    // macOS sends no release for keys that came up while Command was held.
    if (!pressed && !inField && (event.code === "MetaLeft" || event.code === "MetaRight")) {
      ports.dispatch({ kind: "release-all" }, event.timeStamp);
    }
  };
  target.addEventListener("keydown", handle);
  target.addEventListener("keyup", handle);
  scope.own(target, () => {
    endHold();
    target.removeEventListener("keydown", handle);
    target.removeEventListener("keyup", handle);
  });
}
