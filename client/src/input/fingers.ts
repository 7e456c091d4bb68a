// Fingers on the picture: to the on-screen controls where they hit one, else to the
// title as touches, or to its pointer.

import type { Scope } from "@nearframe/shared/lifetime";
import type { InputNeeds, TouchControl } from "@nearframe/shared/title/manifest";
import { shareOf, titlePixels, type Box, type Size } from "./fit.ts";
import type { InputEvent } from "./input-state.ts";
import { aims, placeControls, stepControls, type FingerEvent, type Grips, type PartLook } from "./touch-controls.ts";

export type FingerPorts = {
  needs: InputNeeds;
  /** The on-screen parts that are shown now. */
  controls(): readonly TouchControl[];
  title: Size;
  dispatch(event: InputEvent, madeAtMs: number): void;
  playing(): boolean;
  picture(): Box;
  /** Where on-screen parts may lie: the surface without notches and round corners. */
  safeBox(): Box;
  timers: { after(delayMs: number, callback: () => void): () => void };
  vibrate(durationMs: number): void;
  /** A finger holds, or let go of, the part by which tilting the phone turns the camera. */
  onAim(aiming: boolean): void;
  /** Draws a part as it is now, past React: it follows the finger. */
  onLook(look: PartLook): void;
};

/** A click shorter than a title's own tick would be missed by it. */
const CLICK_MS = 60;
const HAPTIC_MS = 8;
const LEFT_BUTTON = 0;

export interface Fingers {
  /** Forgets every finger, as the page lost them or the title must not see them. */
  release(): void;
}

export function createFingers(scope: Scope, surface: HTMLElement, ports: FingerPorts): Fingers {
  const { needs, dispatch } = ports;
  let grips: Grips = [];
  let controls: readonly TouchControl[] = [];
  const stopClicks = new Set<() => void>();

  const step = (finger: FingerEvent) =>
    stepControls(grips, finger, placeControls(controls, ports.safeBox()), {
      freeAreaLooks: needs.pointer === "relative" && !needs.touch,
      titlePixelsPerPixel: titlePixels(ports.picture(), ports.title),
    });

  /** Fingers hold parts by their place among those that are shown: when others are, they hold nothing. */
  function follow(shown: readonly TouchControl[], atMs: number): void {
    if (shown === controls || (shown.length === 0 && controls.length === 0)) return;
    for (const { finger, part, x, y } of grips) {
      if (part === undefined) continue;
      const lifted = step({ phase: "cancel", finger, x, y, atMs });
      grips = lifted.grips;
      for (const each of lifted.events) dispatch(each, atMs);
      for (const look of lifted.looks) ports.onLook(look);
    }
    controls = shown;
  }

  const handle = (event: PointerEvent) => {
    const phase = PHASES[event.type];
    if (event.pointerType === "mouse" || phase === undefined || !ports.playing()) return;
    event.preventDefault();
    if (phase === "down" && surface.hasPointerCapture(event.pointerId) === false) surface.setPointerCapture(event.pointerId);
    const finger: FingerEvent = {
      phase, finger: event.pointerId, x: event.clientX, y: event.clientY, atMs: event.timeStamp,
    };
    follow(ports.controls(), event.timeStamp);
    const stepped = step(finger);
    grips = stepped.grips;
    ports.onAim(aims(grips, placeControls(controls, ports.safeBox())));
    for (const each of stepped.events) dispatch(each, event.timeStamp);
    for (const look of stepped.looks) ports.onLook(look);
    if (phase === "down" && stepped.taken) ports.vibrate(HAPTIC_MS);
    if (stepped.tapped) press({ kind: "button", button: LEFT_BUTTON, at: undefined }, event.timeStamp);
    if (stepped.stroke !== undefined) press({ kind: "key", key: stepped.stroke }, event.timeStamp);
    if (!stepped.taken && (needs.touch || needs.pointer === "absolute")) passOn(event, phase);
  };

  /** The node lets the first finger work the pointer of a title that knows no touch. */
  function passOn(event: PointerEvent, phase: FingerEvent["phase"]): void {
    const at = shareOf(ports.picture(), event.clientX, event.clientY);
    dispatch({ kind: "touch", phase, finger: event.pointerId, at, pressure: event.pressure }, event.timeStamp);
  }

  /** Down now, and up when the title must have seen it. */
  function press(what: { kind: "button"; button: number; at: undefined } | { kind: "key"; key: number }, madeAtMs: number): void {
    dispatch({ ...what, down: true }, madeAtMs);
    const stop = ports.timers.after(CLICK_MS, () => {
      stopClicks.delete(stop);
      dispatch({ ...what, down: false }, performance.now());
    });
    stopClicks.add(stop);
  }

  const types = Object.keys(PHASES) as (keyof HTMLElementEventMap)[];
  const listener = handle as EventListener;
  for (const type of types) surface.addEventListener(type, listener, { passive: false });
  scope.own(surface, () => {
    for (const type of types) surface.removeEventListener(type, listener);
    for (const stop of stopClicks) stop();
  });

  return {
    release() {
      for (const { part } of grips) if (part !== undefined) ports.onLook({ part, pressed: false, dx: 0, dy: 0 });
      grips = [];
      ports.onAim(false);
    },
  };
}

const PHASES: Readonly<Record<string, FingerEvent["phase"]>> = {
  pointerdown: "down", pointermove: "move", pointerup: "up", pointercancel: "cancel",
};
