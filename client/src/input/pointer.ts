// The player's mouse over the picture: where it is, or how far it moved when the
// title turns a camera with it.

import type { Scope } from "@nearframe/shared/lifetime";
import type { InputNeeds } from "@nearframe/shared/title/manifest";
import { shareOf, titlePixels, type Box, type Size } from "./fit.ts";
import type { InputEvent } from "./input-state.ts";
import { wheelUnits } from "./wheel.ts";

export type PointerPorts = {
  mode: InputNeeds["pointer"];
  title: Size;
  dispatch(event: InputEvent, madeAtMs: number): void;
  playing(): boolean;
  /** The picture inside the surface, in client pixels, as it is now. */
  picture(): Box;
  /** The title wants the mouse and the page has it not: a click takes it. */
  onLockWanted(): void;
};

export function createPointer(scope: Scope, surface: HTMLElement, ports: PointerPorts): void {
  const { mode, dispatch } = ports;
  if (mode === "none") return;
  const isMouse = (event: PointerEvent) => event.pointerType !== "touch";
  const locked = () => surface.ownerDocument.pointerLockElement === surface;

  const move = (event: PointerEvent) => {
    if (!isMouse(event) || !ports.playing()) return;
    if (mode === "absolute") {
      dispatch({ kind: "pointer-at", at: shareOf(ports.picture(), event.clientX, event.clientY) }, event.timeStamp);
    } else if (locked()) {
      // Coalesced parts add up to the event's own movement, so the event is enough.
      const scale = titlePixels(ports.picture(), ports.title);
      dispatch({ kind: "pointer-by", dx: event.movementX * scale, dy: event.movementY * scale }, event.timeStamp);
    }
  };
  const button = (event: PointerEvent) => {
    if (!isMouse(event) || !ports.playing()) return;
    event.preventDefault();
    if (mode === "relative" && !locked()) {
      // The click that takes the mouse is not the title's.
      if (event.type === "pointerdown") ports.onLockWanted();
      return;
    }
    // While one button is held, others arrive as moves: what changed is told by `buttons`.
    const at = mode === "absolute" ? shareOf(ports.picture(), event.clientX, event.clientY) : undefined;
    BUTTON_BITS.forEach((bit, index) => {
      dispatch({ kind: "button", button: index, down: (event.buttons & bit) !== 0, at }, event.timeStamp);
    });
  };
  const chord = (event: PointerEvent) => {
    if (event.button !== -1) button(event);
  };
  const wheel = (event: WheelEvent) => {
    if (!ports.playing()) return;
    event.preventDefault();
    dispatch(
      { kind: "wheel", dx: wheelUnits(event.deltaMode, event.deltaX), dy: wheelUnits(event.deltaMode, event.deltaY) },
      event.timeStamp,
    );
  };
  const leave = (event: PointerEvent) => {
    if (isMouse(event) && event.buttons === 0) dispatch({ kind: "pointer-away" }, event.timeStamp);
  };
  const capture = (event: PointerEvent) => {
    // A drag that leaves the picture still ends in it.
    if (isMouse(event) && mode === "absolute" && ports.playing()) surface.setPointerCapture(event.pointerId);
  };
  const refuse = (event: Event) => event.preventDefault();

  // Raw updates come as the mouse reports, not once a frame; only secure pages have them.
  const moveEvent = "onpointerrawupdate" in surface ? "pointerrawupdate" : "pointermove";
  const listeners = [
    [moveEvent, move],
    ["pointermove", chord],
    ["pointerdown", capture],
    ["pointerdown", button],
    ["pointerup", button],
    ["pointercancel", button],
    ["pointerleave", leave],
    ["wheel", wheel],
    ["contextmenu", refuse],
    ["auxclick", refuse],
    ["dragstart", refuse],
  ] as unknown as readonly (readonly [string, EventListener])[];
  for (const [type, listener] of listeners) surface.addEventListener(type, listener, { passive: false });
  scope.own(surface, () => {
    for (const [type, listener] of listeners) surface.removeEventListener(type, listener);
  });
}

/** `MouseEvent.buttons` counts right before middle; the wire follows `MouseEvent.button`. */
const BUTTON_BITS = [1, 4, 2, 8, 16] as const;
