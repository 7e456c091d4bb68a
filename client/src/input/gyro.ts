// Aiming by tilting the phone: how fast it turns becomes motion of the pointer.

import type { Scope } from "@nearframe/shared/lifetime";
import type { InputEvent } from "./input-state.ts";

/** Degrees a second about the device's own axes, as `DeviceMotionEvent` names them. */
export type TurnRate = { alpha: number | null; beta: number | null; gamma: number | null };

/** Pixels of the title for a degree: a quarter turn of the wrist is half a turn of the camera. */
const PIXELS_PER_DEGREE = 14;
/** Hands tremble at less than this. */
const REST_DEGREES_PER_SECOND = 0.8;
/** A page that slept must not turn the camera round when it wakes. */
const INTERVAL_MS_MAX = 100;

/**
 * What a turn of the device within `intervalMs` moves, by the angle at which its screen is
 * read. `alpha` is the turn about the device's x axis, `beta` about y (Device Orientation, 6.3).
 */
export function gyroMotion({ alpha, beta }: TurnRate, screenAngle: number, intervalMs: number): { dx: number; dy: number } {
  const angle = (screenAngle * Math.PI) / 180;
  const [about, across] = [alpha ?? 0, beta ?? 0];
  const yaw = about * Math.sin(angle) + across * Math.cos(angle);
  const pitch = about * Math.cos(angle) - across * Math.sin(angle);
  if (Math.hypot(yaw, pitch) < REST_DEGREES_PER_SECOND) return { dx: 0, dy: 0 };
  const scale = (PIXELS_PER_DEGREE * Math.min(intervalMs, INTERVAL_MS_MAX)) / 1_000;
  // To the left is a positive turn about the upward axis, and a negative way on the screen.
  return { dx: -yaw * scale, dy: -pitch * scale };
}

export interface Gyro {
  aim(on: boolean): void;
}

export function createGyro(scope: Scope, window: Window, dispatch: (event: InputEvent, madeAtMs: number) => void): Gyro {
  let aiming = false;
  let lastMs: number | undefined;
  const handle = (event: DeviceMotionEvent) => {
    const { rotationRate } = event;
    if (!rotationRate) return;
    const intervalMs = lastMs === undefined ? 0 : event.timeStamp - lastMs;
    lastMs = event.timeStamp;
    const { dx, dy } = gyroMotion(rotationRate, window.screen.orientation?.angle ?? 0, intervalMs);
    if (dx !== 0 || dy !== 0) dispatch({ kind: "pointer-by", dx, dy }, event.timeStamp);
  };
  const stop = () => {
    aiming = false;
    lastMs = undefined;
    window.removeEventListener("devicemotion", handle);
  };
  scope.own(undefined, stop);
  return {
    aim(on) {
      if (on === aiming) return;
      if (!on) return stop();
      aiming = true;
      void askToSense(window).then((may) => {
        // The finger may have let go while iOS asked.
        if (may && aiming && !scope.closed) window.addEventListener("devicemotion", handle);
      });
    },
  };
}

/** iPhones ask the player once, and only in answer to a touch. */
async function askToSense(window: Window): Promise<boolean> {
  const { DeviceMotionEvent } = window as Window & { DeviceMotionEvent?: { requestPermission?(): Promise<string> } };
  if (!DeviceMotionEvent?.requestPermission) return true;
  try {
    return (await DeviceMotionEvent.requestPermission()) === "granted";
  } catch (error) {
    console.info("nearframe: the phone's motion is not told:", error);
    return false;
  }
}
