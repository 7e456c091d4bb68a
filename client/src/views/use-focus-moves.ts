// Arrow keys and a pad's cross move the focus through a screen of buttons, as on a
// console. Screens with text fields and sliders keep those keys for them.

import { useEffect } from "react";
import { nextArea, PAD_MOVES, type Direction } from "../view-model/focus-moves.ts";

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right",
};
const REACHABLE = "button:not(:disabled), a[href], input, select, summary, [tabindex='0']";
const KEEPS_ARROWS = "input:not([type='checkbox']), select, textarea";

export function useFocusMoves(onBack: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const direction = ARROWS[event.key];
      const { activeElement } = document;
      if (!direction || event.altKey || event.ctrlKey || event.metaKey || activeElement?.matches(KEEPS_ARROWS)) return;
      if (moveFocus(direction)) event.preventDefault();
    };
    window.addEventListener("keydown", press);
    const stopPads = followPads(onBack);
    return () => {
      window.removeEventListener("keydown", press);
      stopPads();
    };
  }, [onBack]);
}

export function moveFocus(direction: Direction): boolean {
  // An open sheet is a screen of its own.
  const root = document.querySelector("dialog[open]") ?? document.body;
  const reachable = [...root.querySelectorAll<HTMLElement>(REACHABLE)].filter((each) => each.getClientRects().length > 0);
  const { activeElement } = document;
  if (!activeElement || activeElement === document.body || !root.contains(activeElement)) {
    reachable[0]?.focus();
    return reachable.length > 0;
  }
  const others = reachable.filter((each) => each !== activeElement);
  const next = nextArea(others.map((each) => each.getBoundingClientRect()), activeElement.getBoundingClientRect(), direction);
  const element = next === undefined ? undefined : others[next];
  element?.focus();
  element?.scrollIntoView({ block: "nearest", inline: "center", behavior: "smooth" });
  return element !== undefined;
}

/** A pad tells nothing by itself: it is read once a frame while one is there. */
function followPads(onBack: () => void): () => void {
  let frame: number | undefined;
  let held = new Set<number>();
  const act = (button: number) => {
    const move = PAD_MOVES[button];
    if (move === "back") onBack();
    else if (move === "press") (document.activeElement as HTMLElement | null)?.click();
    else if (move) moveFocus(move);
  };
  const poll = () => {
    const pads = navigator.getGamepads().filter((pad) => pad !== null);
    frame = pads.length > 0 ? requestAnimationFrame(poll) : undefined;
    const now = new Set(pads.flatMap((pad) => pad.buttons.flatMap(({ pressed }, button) => (pressed ? [button] : []))));
    // What was held when the screen came up was meant for the last one.
    for (const button of now) if (!held.has(button) && primed) act(button);
    held = now;
    primed = true;
  };
  let primed = false;
  const start = () => (frame ??= requestAnimationFrame(poll));
  window.addEventListener("gamepadconnected", start);
  if ("getGamepads" in navigator && navigator.getGamepads().some((pad) => pad !== null)) start();
  return () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    window.removeEventListener("gamepadconnected", start);
  };
}
