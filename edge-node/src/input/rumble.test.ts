import { RUMBLE_MS_MAX } from "@nearframe/shared/protocol/session-control";
import { expect, test } from "vitest";
import { applyRumble, NO_RUMBLE, readRumble, STILL, type Effect, type RumbleEvent, type RumbleState } from "./rumble.ts";

const effect = (change: Partial<Effect> = {}): Effect => ({ strong: 0.5, weak: 0.25, delayMs: 0, lengthMs: 200, ...change });
const after = (events: readonly RumbleEvent[], atMs = 0): RumbleState =>
  events.reduce((state, event) => applyRumble(state, event, atMs), STILL);
const upload = (id: number, change?: Partial<Effect>): RumbleEvent => ({ type: "uploaded", id, effect: effect(change) });
const start = (id: number, times = 1): RumbleEvent => ({ type: "played", id, times });

test("an effect that is only uploaded moves nothing", () => {
  expect(readRumble(after([upload(0)]), 0)).toEqual({ rumble: NO_RUMBLE, changesAtMs: undefined });
});

test("one that plays lasts as long as it says, as often as it was asked for", () => {
  expect(readRumble(after([upload(0), start(0)]), 0)).toEqual({ rumble: { strong: 0.5, weak: 0.25, durationMs: 200 }, changesAtMs: 200 });
  expect(readRumble(after([upload(0), start(0, 3)]), 0).rumble.durationMs).toBe(600);
  expect(readRumble(after([upload(0), start(0)]), 200)).toEqual({ rumble: NO_RUMBLE, changesAtMs: undefined });
});

test("two at once add up, and no motor does more than it can", () => {
  const both = after([upload(0), upload(1, { strong: 0.9, lengthMs: 100 }), start(0), start(1)]);
  expect(readRumble(both, 0)).toEqual({ rumble: { strong: 1, weak: 0.5, durationMs: 100 }, changesAtMs: 100 });
  expect(readRumble(both, 100).rumble).toEqual({ strong: 0.5, weak: 0.25, durationMs: 100 });
});

test("an effect that was delayed begins by itself", () => {
  const delayed = after([upload(0, { delayMs: 50 }), start(0)]);
  expect(readRumble(delayed, 0)).toEqual({ rumble: NO_RUMBLE, changesAtMs: 50 });
  expect(readRumble(delayed, 50).rumble).toMatchObject({ strong: 0.5, durationMs: 200 });
});

test("an endless one is told in pieces until it is stopped", () => {
  const endless = after([upload(0, { lengthMs: 0 }), start(0)]);
  expect(readRumble(endless, 60_000)).toMatchObject({ rumble: { durationMs: RUMBLE_MS_MAX }, changesAtMs: 60_000 + RUMBLE_MS_MAX });
  expect(readRumble(applyRumble(endless, start(0, 0), 60_000), 60_000).rumble).toEqual(NO_RUMBLE);
});

test.each<[string, RumbleEvent, number]>([
  ["uploading it again shapes it as it plays", upload(0, { strong: 1 }), 1],
  ["half the gain is half the strength", { type: "gain-set", gain: 0.5 }, 0.25],
  ["erasing it stops it", { type: "erased", id: 0 }, 0],
  ["playing what was never uploaded changes nothing", start(7), 0.5],
])("%s", (_, event, strong) => {
  expect(readRumble(applyRumble(after([upload(0), start(0)]), event, 10), 10).rumble.strong).toBe(strong);
});
