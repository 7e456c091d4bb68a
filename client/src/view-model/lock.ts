// When the lock screen is up: as on a phone, when the installed app is opened, and when it was
// put aside for a while. Never in a browser's tab that was just opened, and never over a title.

import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";
import type { Timers } from "../timers.ts";
import type { Route } from "./route.ts";
import type { Settings } from "./settings.ts";

export const LOCK_AFTER_MS = 5 * 60_000;

export interface Lock {
  readonly locked: Behavior<boolean>;
  unlock(): void;
}

export type LockPorts = {
  page: Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;
  /** Opened from among the device's apps, without a browser's bars. */
  installed: boolean;
  settings: Behavior<Settings>;
  route: Behavior<Route>;
  timers: Timers;
};

export function createLock(scope: Scope, { page, installed, settings, route, timers }: LockPorts): Lock {
  const wanted = () => settings.value.lockScreen && route.value.page !== "play";
  const locked = createSource(installed && wanted() && route.value.page === "home");
  let hiddenAtMs: number | undefined;
  const look = () => {
    if (page.visibilityState !== "visible") return void (hiddenAtMs ??= timers.monotonicMs());
    const awayMs = hiddenAtMs === undefined ? 0 : timers.monotonicMs() - hiddenAtMs;
    hiddenAtMs = undefined;
    if (awayMs >= LOCK_AFTER_MS && wanted()) locked.set(true);
  };
  const obey = () => wanted() || locked.set(false);
  page.addEventListener("visibilitychange", look);
  scope.own(page, () => page.removeEventListener("visibilitychange", look));
  scope.own(settings.subscribe(obey), (stop) => stop());
  scope.own(route.subscribe(obey), (stop) => stop());
  return { locked: locked.behavior, unlock: () => locked.set(false) };
}
