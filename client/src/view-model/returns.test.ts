import { Scope } from "@nearframe/shared/lifetime";
import { describe, expect, test } from "vitest";
import { createSource } from "../behavior.ts";
import type { Playing, SessionState } from "../stream/session-state.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { device, sessionTitle } from "../testing/samples.ts";
import { arrivalOf, followReturns } from "./follow-returns.ts";
import { AWAY_MS_MIN, makeReturns, noteReturn, type News, type ReturnEvent } from "./returns.ts";

const base = { titleId: "some-title", tappedAtMs: 0, control: "up" } as const;
const requested = (resuming: string | undefined, takeOver = false): SessionState => ({
  phase: "requested", ...base, device, requestId: "r", resuming, takeOver, untilMs: 1,
});
const playing = (more: Partial<Playing> = {}): SessionState => ({
  phase: "playing", ...base, device, sessionId: "s1", title: sessionTitle(), media: { is: "up", sinceMs: 0 }, moving: undefined, steps: [],
  restartDue: false, resumeId: undefined, sinceMs: 0, offeredAtMs: undefined, untoldFrameMs: undefined, ...more,
});
const down = playing({ media: { is: "down", sinceMs: 0, restartAtMs: 0 } });
const session = (value: SessionState): ReturnEvent => ({ kind: "session", session: value });

/** What is said after these, each at its time. */
function said(arrival: Parameters<typeof makeReturns>[0], events: readonly [number, ReturnEvent][]): News[] {
  let state = makeReturns(arrival);
  const news: News[] = [];
  for (const [atMs, event] of events) {
    const [next, told] = noteReturn(state, event, atMs);
    state = next;
    if (told) news.push(told);
  }
  return news;
}

describe("what is said", () => {
  test("of a session that begins: nothing", () => {
    expect(said("reloaded", [[0, session(requested(undefined))], [1_000, session(playing())], [2_000, session(playing())]])).toEqual([]);
  });

  test.each(["reloaded", "stopped", "put-away", "came-back"] as const)("of one that was there already: how this page came to be (%s)", (arrival) => {
    expect(said(arrival, [[0, session(requested("s1"))], [1_000, session(playing())]])).toEqual([{ kind: arrival }]);
  });

  test("of one that a slow page finds before its own path is up: how this page came to be, and of no gap", () => {
    const connecting = playing({ media: { is: "none" } });
    expect(said("reloaded", [[0, session(requested("s1"))], [1_000, session(connecting)], [3_000, session(playing())]])).toEqual([{ kind: "reloaded" }]);
  });

  test("of one taken over from another device", () => {
    expect(said("came-back", [[0, session(requested("s1", true))], [1_000, session(playing())]])).toEqual([{ kind: "taken-over" }]);
  });

  test("of a held one that was gone, and began afresh: nothing", () => {
    expect(said("reloaded", [[0, session(requested("s1"))], [500, session(requested(undefined))], [1_000, session(playing())]])).toEqual([]);
  });

  test.each<[string, readonly [number, ReturnEvent][], News[]]>([
    ["the connection", [[10_000, session(down)], [14_000, session(playing())]], [{ kind: "connection", gapMs: 4_000 }]],
    ["a gap nobody saw", [[10_000, session(down)], [10_200, session(playing())]], []],
    ["another network before it", [[9_000, { kind: "network-changed" }], [10_000, session(down)], [12_000, session(playing())]], [{ kind: "network" }]],
    ["another network in it", [[10_000, session(down)], [11_000, { kind: "network-changed" }], [12_000, session(playing())]], [{ kind: "network" }]],
    ["a network of long ago", [[0, { kind: "network-changed" }], [20_000, session(down)], [21_000, session(playing())]], [{ kind: "connection", gapMs: 1_000 }]],
    ["another network, unnoticed", [[10_000, { kind: "network-changed" }], [11_000, session(playing())], [12_500, { kind: "network-settled" }]], [{ kind: "network" }]],
    [
      "another network, said once",
      [[9_000, { kind: "network-changed" }], [10_000, session(down)], [11_000, session(playing())], [11_500, { kind: "network-settled" }]],
      [{ kind: "network" }],
    ],
    [
      "another network, missed still",
      [[9_000, { kind: "network-changed" }], [10_000, session(down)], [11_500, { kind: "network-settled" }], [14_000, session(playing())]],
      [{ kind: "network" }],
    ],
    [
      "another machine",
      [[10_000, session(playing({ moving: "node-lost", media: { is: "none" } }))], [12_000, session(playing({ moving: undefined, offeredAtMs: 1 }))], [13_000, session(playing())]],
      [{ kind: "moved" }],
    ],
    ["the background", [[10_000, { kind: "hidden" }], [40_000, { kind: "visible" }]], [{ kind: "away", gapMs: 30_000 }]],
    ["a glance elsewhere", [[10_000, { kind: "hidden" }], [10_000 + AWAY_MS_MIN - 1, { kind: "visible" }]], []],
    [
      "the background, where the path died: once it is back",
      [[10_000, { kind: "hidden" }], [40_000, session(down)], [70_000, { kind: "visible" }], [71_000, session(playing())]],
      [{ kind: "away", gapMs: 60_000 }],
    ],
  ])("after %s", (_name, events, expected) => {
    expect(said("came-back", [[0, session(requested(undefined))], [1_000, session(playing())], ...events])).toEqual(expected);
  });
});

test("how a page came to be", () => {
  const of = (navigation: string, discarded: boolean, marked: boolean) => arrivalOf({ navigation, discarded }, marked);
  expect([of("reload", false, false), of("reload", false, true), of("navigate", false, true), of("reload", true, true), of("navigate", false, false)])
    .toEqual(["reloaded", "stopped", "stopped", "put-away", "came-back"]);
});

describe("the mark by which a crash is known", () => {
  function open(storage: Storage, scope = new Scope()) {
    const window = new EventTarget();
    const page = Object.assign(new EventTarget(), { visibilityState: "visible" as const });
    const source = createSource<SessionState>(requested("s1"));
    const news: News[] = [];
    followReturns(scope, "some-title", source.behavior, {
      page: page as unknown as Document, window: window as unknown as Window, storage, origin: { navigation: "navigate", discarded: false },
      timers: createFakeTimers(), followNetwork: () => {}, onNews: (each) => news.push(each),
    });
    return { source, window, news, scope };
  }
  function memory(): Storage {
    const kept = new Map<string, string>();
    return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) } as unknown as Storage;
  }

  test("is left by a page that went without a word, and by no other", async () => {
    const storage = memory();
    const crashed = open(storage);
    crashed.source.set(playing());
    const next = open(storage);
    next.source.set(requested("s1"));
    next.source.set(playing());
    expect(next.news).toEqual([{ kind: "stopped" }]);
    next.window.dispatchEvent(new Event("pagehide"));
    const left = open(storage);
    left.source.set(requested("s1"));
    left.source.set(playing());
    expect(left.news).toEqual([{ kind: "came-back" }]);
    await left.scope.close();
    expect(storage.getItem("nearframe.playing")).toBeNull();
  });
});
