// Everything that a player has in their hands, for one session: senses it while the
// title is being played, lets go of it whenever the page can't be sure any more.

import type { Scope } from "@nearframe/shared/lifetime";
import type { SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import type { Timers } from "../timers.ts";
import { createFingers } from "./fingers.ts";
import { fitInside, type Box } from "./fit.ts";
import { createGyro } from "./gyro.ts";
import type { InputSender } from "./input-sender.ts";
import { createKeyboard } from "./keyboard.ts";
import { createPads } from "./pads.ts";
import type { PadMap } from "./pad-map.ts";
import { createPointer } from "./pointer.ts";
import type { PartLook } from "./touch-controls.ts";

export type PlayerInputPorts = {
  /** The element that shows the title; its picture may lie anywhere in the surface. */
  picture: HTMLElement;
  title: SessionTitle;
  dispatch: InputSender["dispatch"];
  timers: Timers;
  /** False before the first frame and while the page's own menu is open. */
  playing(): boolean;
  /** The on-screen parts that are shown now, which fingers work. */
  controls(): readonly TouchControl[];
  /** Presses of on-screen parts are felt. */
  haptics(): boolean;
  padMap(): PadMap;
  safeBox(): Box;
  onEscapeHeld(): void;
  onLockWanted(): void;
  onPointerLock(locked: boolean): void;
  onPadCount(count: number): void;
  onLook(look: PartLook): void;
};

export interface PlayerInput {
  /** Lets go of everything, as when the menu opens. */
  release(): void;
}

export function createPlayerInput(scope: Scope, surface: HTMLElement, ports: PlayerInputPorts): PlayerInput {
  const { title, timers, playing, dispatch } = ports;
  const document = surface.ownerDocument;
  const window = document.defaultView as Window;
  const picture = () => fitInside(ports.picture.getBoundingClientRect(), title.size);

  if (title.input.keyboard) {
    createKeyboard(scope, window, { dispatch, playing, timers, onEscapeHeld: ports.onEscapeHeld });
  }
  createPointer(scope, surface, {
    mode: title.input.pointer, title: title.size, dispatch, playing, picture, onLockWanted: ports.onLockWanted,
  });
  const fingers = createFingers(scope, surface, {
    needs: title.input, title: title.size, dispatch, playing, picture, timers,
    controls: ports.controls,
    safeBox: ports.safeBox,
    vibrate: (durationMs) => void (ports.haptics() && window.navigator.vibrate?.(durationMs)),
    onAim: createGyro(scope, window, dispatch).aim,
    onLook: ports.onLook,
  });
  createPads(scope, window, { dispatch, playing, map: ports.padMap, onCountChange: ports.onPadCount });

  const release = () => {
    fingers.release();
    dispatch({ kind: "release-all" }, performance.now());
  };
  const handleHidden = () => document.visibilityState === "hidden" && release();
  const handleLock = () => {
    const locked = document.pointerLockElement === surface;
    if (!locked) release();
    ports.onPointerLock(locked);
  };
  window.addEventListener("blur", release);
  window.addEventListener("pagehide", release);
  document.addEventListener("visibilitychange", handleHidden);
  document.addEventListener("pointerlockchange", handleLock);
  scope.own(window, () => {
    window.removeEventListener("blur", release);
    window.removeEventListener("pagehide", release);
    document.removeEventListener("visibilitychange", handleHidden);
    document.removeEventListener("pointerlockchange", handleLock);
  });
  return { release };
}
