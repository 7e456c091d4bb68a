import { Scope } from "@nearframe/shared/lifetime";
import { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as z from "zod/mini";
import { createSource } from "../behavior.ts";
import { createPreference, DATA_SAVER } from "./preference.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

function setUp(dataSaver: boolean) {
  const settings = createSource({ ...DEFAULT_SETTINGS, dataSaver });
  const told: PlayerToNode[] = [];
  const channel = { bufferedBytes: 0, open: true, send: (text: unknown) => channel.open && told.push(z.parse(PlayerToNode, JSON.parse(text as string))) > 0 };
  return { settings, told, channel, preference: createPreference(scope, settings.behavior) };
}

test("a player who saves data says so on each new path, and who does not says nothing", () => {
  const saver = setUp(true);
  saver.preference.connect(saver.channel);
  saver.preference.connect(saver.channel);
  expect(saver.told).toEqual([{ type: "prefer", ...DATA_SAVER }, { type: "prefer", ...DATA_SAVER }]);
  const spender = setUp(false);
  spender.preference.connect(spender.channel);
  expect(spender.told).toEqual([]);
});

test("the switch works while playing, both ways", () => {
  const { settings, told, channel, preference } = setUp(false);
  preference.connect(channel);
  settings.set({ ...DEFAULT_SETTINGS, dataSaver: true });
  settings.set({ ...DEFAULT_SETTINGS, dataSaver: true, haptics: false });
  settings.set(DEFAULT_SETTINGS);
  expect(told).toEqual([{ type: "prefer", ...DATA_SAVER }, { type: "prefer" }]);
});

test("what a channel did not take is said again", () => {
  const { told, channel, preference } = setUp(true);
  channel.open = false;
  preference.connect(channel);
  expect(told).toEqual([]);
  channel.open = true;
  preference.tell();
  preference.tell();
  expect(told).toHaveLength(1);
});
