// What a guest holds: a real pad, or the one that is drawn on the screen. Nothing else of theirs counts.

import type { Scope } from "@nearframe/shared/lifetime";
import type { TouchControl } from "@nearframe/shared/title/manifest";
import { createFingers } from "../input/fingers.ts";
import type { Box } from "../input/fit.ts";
import { createInputSender, type InputChannels } from "../input/input-sender.ts";
import { PLAIN_MAP } from "../input/pad-map.ts";
import { createPads } from "../input/pads.ts";
import { createRumble, type RumbleOrder } from "../input/rumble.ts";
import type { PartLook } from "../input/touch-controls.ts";
import type { Timers } from "../timers.ts";

export type GuestHandsPorts = {
  timers: Timers;
  /** Presses of drawn parts, and what the title does to the pad, are felt. */
  haptics(): boolean;
  onPadCount(count: number): void;
};

export type GuestSurface = { element: HTMLElement; safeBox(): Box; controls: readonly TouchControl[]; onLook(look: PartLook): void };

export interface GuestHands {
  connect(channels: InputChannels | undefined): void;
  rumble(order: RumbleOrder): void;
  /** Fingers on this surface work the drawn pad, until the returned function is called. */
  mount(surface: GuestSurface): () => void;
}

export function createGuestHands(scope: Scope, window: Window, ports: GuestHandsPorts): GuestHands {
  const { timers } = ports;
  const sender = createInputSender(scope, { timers, soon: (callback) => queueMicrotask(callback), onSent() {} });
  const vibrate = window.navigator.vibrate?.bind(window.navigator);
  const rumbling = createRumble(scope, { pads: () => window.navigator.getGamepads?.() ?? [], vibrate, wanted: ports.haptics });
  createPads(scope, window, { dispatch: sender.dispatch, playing: () => true, map: () => PLAIN_MAP, onCountChange: ports.onPadCount });
  const release = () => sender.dispatch({ kind: "release-all" }, timers.monotonicMs());
  const { document } = window;
  const releaseHidden = () => document.visibilityState === "hidden" && release();
  window.addEventListener("blur", release);
  window.addEventListener("pagehide", release);
  document.addEventListener("visibilitychange", releaseHidden);
  scope.own(window, () => {
    window.removeEventListener("blur", release);
    window.removeEventListener("pagehide", release);
    document.removeEventListener("visibilitychange", releaseHidden);
  });
  return {
    connect: sender.connect,
    rumble: rumbling.handle,
    mount({ element, safeBox, controls, onLook }) {
      const mountScope = scope.child();
      const box = () => element.getBoundingClientRect();
      const fingers = createFingers(mountScope, element, {
        needs: { keyboard: false, pointer: "none", touch: false },
        title: { width: 1280, height: 720 },
        controls: () => controls,
        dispatch: sender.dispatch,
        playing: () => true,
        picture: box,
        safeBox,
        timers,
        vibrate: (durationMs) => void (ports.haptics() && vibrate?.(durationMs)),
        onAim() {},
        onLook,
      });
      return () => {
        fingers.release();
        release();
        void mountScope.close("the surface is gone");
      };
    },
  };
}
