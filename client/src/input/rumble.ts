// What a title does to a pad, felt: the pad itself shakes where it can, the phone where
// the pad is drawn on its screen.

import type { Scope } from "@nearframe/shared/lifetime";
import { PADS_MAX } from "@nearframe/shared/input/messages";

export type RumbleOrder = { pad: number; strong: number; weak: number; durationMs: number };

export type RumblePorts = {
  /** As `navigator.getGamepads()`; pads are counted as `readPads` counts them. */
  pads(): readonly (Pick<Gamepad, "connected" | "vibrationActuator"> | null)[];
  /** The phone's own; absent on iPhones and desktops. */
  vibrate: ((pattern: number | number[]) => boolean) | undefined;
  /** The player wants to feel it. */
  wanted(): boolean;
};

/** The motor of a phone knows on and off only; strength becomes the share of these spans in which it is on. */
const PULSE_MS = 40;
/** Weaker than this no phone's motor starts. */
const PHONE_STRENGTH_MIN = 0.1;

export interface Rumbling {
  handle(order: RumbleOrder): void;
  /** As when the menu opens or the page is left. */
  stop(): void;
}

export function createRumble(scope: Scope, ports: RumblePorts): Rumbling {
  let phoneShakes = false;
  const seats = () => ports.pads().filter((pad) => pad !== null).filter(({ connected }) => connected).slice(0, PADS_MAX);

  function shakePhone(strength: number, durationMs: number): void {
    if (!ports.vibrate) return;
    const on = strength >= PHONE_STRENGTH_MIN && durationMs > 0;
    if (!on && !phoneShakes) return;
    phoneShakes = on;
    ports.vibrate(on ? phonePattern(strength, durationMs) : 0);
  }

  function stop(): void {
    for (const pad of seats()) void resetPad(pad);
    shakePhone(0, 0);
  }

  scope.own(undefined, stop);
  return {
    stop,
    handle({ pad, strong, weak, durationMs }) {
      const off = durationMs === 0 || (strong === 0 && weak === 0);
      if (!ports.wanted() && !off) return;
      const seat = seats()[pad];
      if (!seat) {
        // Nobody holds a pad: it is the one on the screen, which is always the first.
        if (pad === 0) shakePhone(Math.max(strong, weak * 0.6), off ? 0 : durationMs);
        return;
      }
      if (off) void resetPad(seat);
      else void shakePad(seat, { startDelay: 0, duration: durationMs, strongMagnitude: strong, weakMagnitude: weak });
    },
  };
}

/** On and off so that the motor is on for `strength` of the time; one piece at full strength. */
export function phonePattern(strength: number, durationMs: number): number | number[] {
  if (strength >= 0.9) return durationMs;
  const onMs = Math.round(PULSE_MS * strength);
  const pulses = Math.max(1, Math.round(durationMs / PULSE_MS));
  return Array.from({ length: pulses }, () => [onMs, PULSE_MS - onMs]).flat().slice(0, -1);
}

type Shakeable = Pick<Gamepad, "vibrationActuator">;

async function shakePad({ vibrationActuator }: Shakeable, effect: GamepadEffectParameters): Promise<void> {
  try {
    // A pad without motors has no actuator, or in older browsers one that knows no effects.
    await vibrationActuator?.playEffect?.("dual-rumble", effect);
  } catch (error) {
    console.info("nearframe: the pad does not shake:", error);
  }
}

async function resetPad({ vibrationActuator }: Shakeable): Promise<void> {
  try {
    await vibrationActuator?.reset?.();
  } catch (error) {
    console.info("nearframe: the pad stops shaking by itself:", error);
  }
}
