import { Scope } from "@nearframe/shared/lifetime";
import { expect, test } from "vitest";
import { createSource } from "../behavior.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createLock, LOCK_AFTER_MS } from "./lock.ts";
import type { Route } from "./route.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

function open({ installed = false, route = { page: "home" } as Route, lockScreen = true } = {}) {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" as DocumentVisibilityState });
  const timers = createFakeTimers();
  const settings = createSource({ ...DEFAULT_SETTINGS, lockScreen });
  const routes = createSource<Route>(route);
  const lock = createLock(new Scope(), { page: page as unknown as Document, installed, settings: settings.behavior, route: routes.behavior, timers });
  const look = (visibilityState: DocumentVisibilityState) => page.dispatchEvent(Object.assign(page, { visibilityState }) && new Event("visibilitychange"));
  const awayFor = (ms: number) => {
    look("hidden");
    timers.pass(ms);
    look("visible");
  };
  return { lock, settings, routes, awayFor };
}

test("it is up when the installed app opens, and not in a tab, on another page, or for who wants none", () => {
  const up = [open({ installed: true }), open(), open({ installed: true, route: { page: "settings" } }), open({ installed: true, lockScreen: false })];
  expect(up.map(({ lock }) => lock.locked.value)).toEqual([true, false, false, false]);
});

test("it comes up after a while away, and goes when it is opened", () => {
  const { lock, awayFor } = open();
  awayFor(LOCK_AFTER_MS - 1);
  expect(lock.locked.value).toBe(false);
  awayFor(LOCK_AFTER_MS);
  expect(lock.locked.value).toBe(true);
  lock.unlock();
  expect(lock.locked.value).toBe(false);
});

test("it never comes over a title, and goes for one, or when it is switched off", () => {
  const { lock, routes, settings, awayFor } = open({ route: { page: "play", titleId: "t" } });
  awayFor(LOCK_AFTER_MS);
  expect(lock.locked.value).toBe(false);
  routes.set({ page: "home" });
  awayFor(LOCK_AFTER_MS);
  routes.set({ page: "play", titleId: "t" });
  expect(lock.locked.value).toBe(false);
  routes.set({ page: "home" });
  awayFor(LOCK_AFTER_MS);
  settings.set({ ...DEFAULT_SETTINGS, lockScreen: false });
  expect(lock.locked.value).toBe(false);
});
