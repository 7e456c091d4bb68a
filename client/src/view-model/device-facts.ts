// What the device tells of itself and the page shows: its battery, whether it is online,
// whether the page can be installed. Browsers that don't tell leave it out.

import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";

export type Battery = { level: number; charging: boolean };
export type DeviceFacts = {
  battery: Battery | undefined;
  online: boolean;
  /** The browser would put the page among the apps if it were asked. */
  installable: boolean;
};

export interface Device {
  readonly facts: Behavior<DeviceFacts>;
  /** Asks the browser to install the page; does nothing where it can't be. */
  install(): Promise<void>;
}

/** Chromium has both; TypeScript's DOM has neither. */
type BatteryManager = EventTarget & Battery;
type InstallPrompt = Event & { prompt(): Promise<unknown> };

export function createDevice(scope: Scope, window: Window): Device {
  const { navigator } = window;
  const facts = createSource<DeviceFacts>({ battery: undefined, online: navigator.onLine, installable: false });
  const set = (change: Partial<DeviceFacts>) => facts.set({ ...facts.behavior.value, ...change });
  let prompt: InstallPrompt | undefined;

  const followLine = () => set({ online: navigator.onLine });
  const keepPrompt = (event: Event) => {
    // Without this the browser puts up a bar of its own over the page.
    event.preventDefault();
    prompt = event as InstallPrompt;
    set({ installable: true });
  };
  const forgetPrompt = () => {
    prompt = undefined;
    set({ installable: false });
  };
  const listeners = [
    ["online", followLine], ["offline", followLine], ["beforeinstallprompt", keepPrompt], ["appinstalled", forgetPrompt],
  ] as const;
  for (const [type, listener] of listeners) window.addEventListener(type, listener);
  scope.own(window, () => {
    for (const [type, listener] of listeners) window.removeEventListener(type, listener);
  });
  void followBattery(scope, navigator, (battery) => set({ battery }));

  return {
    facts: facts.behavior,
    async install() {
      const asked = prompt;
      forgetPrompt();
      await asked?.prompt();
    },
  };
}

async function followBattery(scope: Scope, navigator: Navigator, onChange: (battery: Battery) => void): Promise<void> {
  const { getBattery } = navigator as Navigator & { getBattery?(): Promise<BatteryManager> };
  if (!getBattery) return;
  try {
    const battery = await getBattery.call(navigator);
    if (scope.closed) return;
    const tell = () => onChange({ level: battery.level, charging: battery.charging });
    battery.addEventListener("levelchange", tell);
    battery.addEventListener("chargingchange", tell);
    scope.own(battery, () => {
      battery.removeEventListener("levelchange", tell);
      battery.removeEventListener("chargingchange", tell);
    });
    tell();
  } catch (error) {
    console.info("nearframe: the battery is not shown:", error);
  }
}
