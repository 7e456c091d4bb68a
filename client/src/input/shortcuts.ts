// Keys that are the page's own even while a title has the keyboard. Few, and in chords
// that titles don't use.

import type { Scope } from "@nearframe/shared/lifetime";

/** Ctrl+Alt+F: the figures. */
export function createShortcuts(scope: Scope, target: Window, onFigures: () => void): void {
  const handle = (event: KeyboardEvent) => {
    if (!event.ctrlKey || !event.altKey || event.code !== "KeyF") return;
    event.preventDefault();
    // Before the title's keyboard, which listens on the same window.
    event.stopImmediatePropagation();
    if (event.type === "keydown" && !event.repeat) onFigures();
  };
  target.addEventListener("keydown", handle, { capture: true });
  target.addEventListener("keyup", handle, { capture: true });
  scope.own(target, () => {
    target.removeEventListener("keydown", handle, { capture: true });
    target.removeEventListener("keyup", handle, { capture: true });
  });
}
