// What a playing page has of its phone: the screen's light, the sound, word of the battery.

import { Scope } from "@nearframe/shared/lifetime";
import { expect, test, vi } from "vitest";
import { createAudioFocus } from "./audio-focus.ts";
import { createDevice } from "./device-facts.ts";
import { createSource } from "../behavior.ts";
import type { SessionState } from "../stream/session-state.ts";
import { sessionTitle } from "../testing/samples.ts";
import { keepPhone } from "./phone-keeps.ts";
import { createWakeLock } from "./wake-lock.ts";

test("the screen stays lit, is asked for again whenever the page is seen, and let go of with the session", async () => {
  const scope = new Scope();
  const release = vi.fn(async () => undefined);
  const request = vi.fn(async () => ({ release }));
  const page = Object.assign(new EventTarget(), { visibilityState: "visible", defaultView: { navigator: { wakeLock: { request } } } });
  createWakeLock(scope, page as unknown as Document);
  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  expect(request).toHaveBeenCalledTimes(1);
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  expect(request).toHaveBeenCalledTimes(2);
  await Promise.resolve();
  await scope.close();
  expect(release).toHaveBeenCalled();
});

// It stayed lit for as long as the page said that the session had ended.
test("the screen is lit while there is a session, also the next one, and not after it", async () => {
  const scope = new Scope();
  const lit: string[] = [];
  const request = async () => {
    lit.push("on");
    return { release: async () => void lit.push("off") };
  };
  const page = Object.assign(new EventTarget(), { visibilityState: "visible", defaultView: { navigator: { wakeLock: { request } } } });
  const session = createSource<SessionState>({ phase: "preparing" } as SessionState);
  keepPhone(scope, page as unknown as Document, session.behavior, { onSound() {}, onBack() {} });
  const live = (phase: string) => ({ phase, title: sessionTitle() }) as SessionState;
  for (const state of [live("starting"), live("playing"), { phase: "over" } as SessionState, live("starting")]) {
    session.set(state);
    for (let i = 0; i < 8; i++) await Promise.resolve();
  }
  expect(lit).toEqual(["on", "off", "on"]);
  await scope.close();
  expect(lit).toEqual(["on", "off", "on", "off"]);
});

test("a phone whose battery is low keeps its screen dark, and nothing else", async () => {
  const scope = new Scope();
  const said = vi.spyOn(console, "info").mockReturnValue(undefined);
  const request = vi.fn(async () => Promise.reject(new Error("low battery")));
  createWakeLock(scope, Object.assign(new EventTarget(), { visibilityState: "visible", defaultView: { navigator: { wakeLock: { request } } } }) as unknown as Document);
  await vi.waitFor(() => expect(said).toHaveBeenCalled());
  await scope.close();
  said.mockRestore();
});

test("headphones switch the sound, a call gives it back, and both end with the session", async () => {
  vi.stubGlobal("MediaMetadata", class {});
  const scope = new Scope();
  const handlers = new Map<string, (() => void) | null>();
  const audioSession = Object.assign(new EventTarget(), { type: "auto", state: "inactive" });
  const mediaSession = { metadata: undefined, playbackState: "none", setActionHandler: (action: string, handler: (() => void) | null) => void handlers.set(action, handler) };
  const heard: string[] = [];
  createAudioFocus(scope, { audioSession, mediaSession } as unknown as Navigator, "Night Train", {
    onSound: (wanted) => void heard.push(wanted ? "on" : "off"),
    onBack: () => void heard.push("back"),
  });
  expect(audioSession.type).toBe("playback");
  handlers.get("pause")?.();
  handlers.get("play")?.();
  for (const state of ["interrupted", "active"]) {
    audioSession.state = state;
    audioSession.dispatchEvent(new Event("statechange"));
  }
  expect(heard).toEqual(["off", "on", "back"]);
  await scope.close();
  expect([audioSession.type, mediaSession.playbackState, [...handlers.values()]]).toEqual(["auto", "none", [null, null, null]]);
  vi.unstubAllGlobals();
});

test("battery, line and whether the page can be installed are followed", async () => {
  const scope = new Scope();
  const battery = Object.assign(new EventTarget(), { level: 0.8, charging: false });
  const window = Object.assign(new EventTarget(), { navigator: { onLine: true, getBattery: async () => battery } });
  const device = createDevice(scope, window as unknown as Window);
  await vi.waitFor(() => expect(device.facts.value.battery).toEqual({ level: 0.8, charging: false }));
  battery.level = 0.79;
  battery.dispatchEvent(new Event("levelchange"));
  window.navigator.onLine = false;
  window.dispatchEvent(new Event("offline"));
  const prompt = vi.fn(async () => undefined);
  const offered = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt });
  window.dispatchEvent(offered);
  expect(device.facts.value).toEqual({ battery: { level: 0.79, charging: false }, online: false, installable: true });
  expect(offered.defaultPrevented, "no bar of the browser's own").toBe(true);
  await device.install();
  expect([prompt.mock.calls.length, device.facts.value.installable]).toEqual([1, false]);
  await scope.close();
});
