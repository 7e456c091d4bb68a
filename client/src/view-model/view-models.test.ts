import { START_STEPS } from "@nearframe/shared/session/start-steps";
import { END_REASONS } from "@nearframe/shared/session/end-reasons";
import { describe, expect, test } from "vitest";
import { LOCAL_FAILURES, type Playing, type SessionState, type Starting } from "../stream/session-state.ts";
import { device, sampleHistory, sessionTitle } from "../testing/samples.ts";
import { en } from "../texts/en.ts";
import { applyChrome, makeChrome, type Chrome } from "./chrome.ts";
import { makeFailureView } from "./failure.ts";
import { makePlayView } from "./play-view.ts";
import type { Connection } from "./verdict.ts";
import { invitePath, parseRoute, playPath } from "./route.ts";
import { NO_FIGURES } from "./session-figures.ts";
import { makeStatsView } from "./stats-view.ts";

describe("addresses", () => {
  test.each([
    ["/", { page: "home" }],
    ["/index.html", { page: "home" }],
    ["/search", { page: "search" }],
    ["/settings/", { page: "settings" }],
    ["/recents", { page: "recents" }],
    ["/play/night-train", { page: "play", titleId: "night-train" }],
    ["/play/night-train/", { page: "play", titleId: "night-train" }],
    ["/join/k7mp2x3qd9", { page: "join", code: "k7mp2x3qd9" }],
    ["/pad/K7MP2-X3QD9", { page: "pad", code: "k7mp2x3qd9" }],
    ["/join/", { page: "unknown", path: "/join/" }],
    ["/play/", { page: "unknown", path: "/play/" }],
    ["/play/../etc", { page: "unknown", path: "/play/../etc" }],
    ["/plya/x", { page: "unknown", path: "/plya/x" }],
  ])("%s", (path, route) => expect(parseRoute(path)).toEqual(route));

  test("a link leads to a place to watch, a controller's to a pad", () => {
    expect(parseRoute(invitePath("watch", "k7mp2x3qd9"))).toEqual({ page: "join", code: "k7mp2x3qd9" });
    expect(parseRoute(invitePath("controller", "k7mp2x3qd9"))).toEqual({ page: "pad", code: "k7mp2x3qd9" });
  });

  test("a title's address leads to it", () => {
    expect(parseRoute(playPath("a-title"))).toEqual({ page: "play", titleId: "a-title" });
  });
});

const base = { titleId: "t", tappedAtMs: 0, control: "up" } as const;
const live = { ...base, device, sessionId: "s", media: { is: "up", sinceMs: 0 }, moving: undefined, steps: [], restartDue: false, resumeId: undefined } as const;
const starting = (more: Partial<Starting> = {}): Starting => ({
  ...live, phase: "starting", title: sessionTitle(), queue: undefined, frameUntilMs: undefined, slowAtMs: undefined, slow: undefined, ...more,
});
const playing = (more: Partial<Playing> = {}): Playing => ({
  ...live, phase: "playing", title: sessionTitle(), sinceMs: 0, offeredAtMs: undefined, untoldFrameMs: undefined, ...more,
});
const mouse = makeChrome(false, true);
const fingers = makeChrome(true, true);

describe("the play page", () => {
  test("shows each step as it is: two machines work, so a later one may be done first", () => {
    const view = makePlayView(starting({ steps: ["placed", "connected"] }), mouse);
    expect(view).toMatchObject({ scene: "loading", stage: "starting" });
    if (view.scene !== "loading") throw new Error("not loading");
    expect(view.steps.map(({ step }) => step)).toEqual(START_STEPS);
    expect(view.steps.filter(({ state }) => state === "done").map(({ step }) => step)).toEqual(["placed", "connected"]);
    expect(view.steps.find(({ state }) => state === "now")?.step).toBe("transports-opened");
  });

  test.each<[SessionState, string]>([
    [{ ...base, phase: "preparing", device: undefined, held: [], takesOver: false, untilMs: 1 }, "reaching"],
    [{ ...base, phase: "requested", device, requestId: "r", resuming: undefined, takeOver: false, untilMs: 1 }, "asking"],
    [starting({ queue: { position: 2 } }), "queued"],
  ])("says what it waits for before there are steps", (state, stage) => {
    expect(makePlayView(state, mouse)).toMatchObject({ scene: "loading", stage });
  });

  test("says that it moves to another machine also before there was a picture", () => {
    expect(makePlayView(starting({ moving: "node-lost" }), mouse)).toMatchObject({ scene: "loading", stage: "starting", moving: true });
    expect(makePlayView(starting(), mouse)).not.toHaveProperty("moving");
  });

  test("says whether title or machine takes longer than usual", () => {
    expect(makePlayView(starting({ slow: "title" }), mouse)).toMatchObject({ scene: "loading", slow: "title" });
    expect(makePlayView(starting(), mouse)).not.toHaveProperty("slow");
  });

  test("a camera title asks for the mouse, but not of fingers, and not while it has it", () => {
    const state = playing({ title: sessionTitle({ pointer: "relative" }) });
    expect(makePlayView(state, mouse)).toMatchObject({ hints: ["take-pointer"] });
    expect(makePlayView(state, { ...mouse, pointerLocked: true })).toMatchObject({ hints: [] });
    expect(makePlayView(state, { ...mouse, menuOpen: true })).toMatchObject({ hints: [] });
    expect(makePlayView(state, fingers)).toMatchObject({ hints: ["no-controls"] });
  });

  test("fingers get on-screen controls where the title brings some, and no pad is there", () => {
    const title = sessionTitle({ touchControls: [{ kind: "button", x: 0, y: 0, size: 0.1 }] });
    expect(makePlayView(playing({ title }), fingers)).toMatchObject({ controlsShown: true, handheld: true, hints: [] });
    expect(makePlayView(playing({ title }), mouse)).toMatchObject({ controlsShown: false, handheld: false });
    expect(makePlayView(playing({ title }), { ...fingers, padCount: 1 })).toMatchObject({ controlsShown: false });
    const upright = { ...title, size: { width: 720, height: 1280 } };
    expect(makePlayView(playing({ title: upright }), fingers)).toMatchObject({ controlsShown: true, handheld: false });
  });

  test("says what is being mended: the picture before the server", () => {
    const down = { is: "down", sinceMs: 0, restartAtMs: 1 } as const;
    expect(makePlayView(playing({ media: down, control: "down" }), mouse)).toMatchObject({ trouble: "media-down" });
    expect(makePlayView(playing({ control: "down" }), mouse)).toMatchObject({ trouble: "control-down" });
    expect(makePlayView(playing({ media: down, moving: "node-lost" }), mouse)).toMatchObject({ trouble: "moving" });
    expect(makePlayView(playing(), mouse)).toMatchObject({ trouble: undefined });
  });

  test("blocked sound is said whatever else is shown", () => {
    expect(makePlayView(playing(), { ...mouse, sound: "blocked", menuOpen: true })).toMatchObject({ hints: ["sound-blocked"] });
  });
});

describe("what lies over the picture", () => {
  test("sound goes on and off; blocked sound is asked for by the same press", () => {
    const off = applyChrome(mouse, { kind: "sound-toggled" });
    expect(off.sound).toBe("off");
    expect(applyChrome(off, { kind: "sound-blocked" }).sound).toBe("off");
    const blocked = applyChrome(mouse, { kind: "sound-blocked" });
    expect(applyChrome(blocked, { kind: "sound-toggled" }).sound).toBe("on");
    expect(applyChrome(blocked, { kind: "sound-allowed" }).sound).toBe("on");
  });

  test.each<[string, Parameters<typeof applyChrome>[1]]>([
    ["closing what is closed", { kind: "menu-closed" }],
    ["the same hands", { kind: "hands-changed", touching: false }],
    ["the same pads", { kind: "pads-changed", count: 0 }],
    ["the same screen", { kind: "fullscreen-changed", full: false }],
    ["the same mouse", { kind: "pointer-lock-changed", locked: false }],
    ["sound that was not blocked", { kind: "sound-allowed" }],
  ])("%s changes nothing, so nothing is drawn again", (_, event) => {
    expect(applyChrome(mouse, event)).toBe(mouse);
  });

  test("a text field of the title's brings the keyboard up for fingers, and takes it away again", () => {
    const touching = applyChrome(mouse, { kind: "hands-changed", touching: true });
    const typing = applyChrome(touching, { kind: "field-changed", field: "email" });
    expect(typing).toMatchObject({ typing: true, field: "email" });
    expect(applyChrome(typing, { kind: "field-changed", field: undefined })).toMatchObject({ typing: false, field: undefined });
    // Put away by the player it stays away, until the next field.
    const away = applyChrome(typing, { kind: "typing-toggled" });
    expect(applyChrome(away, { kind: "field-changed", field: "email" }).typing).toBe(false);
    expect(applyChrome(mouse, { kind: "field-changed", field: "text" }).typing).toBe(false);
    expect(applyChrome({ ...touching, menuOpen: true }, { kind: "field-changed", field: "text" }).typing).toBe(false);
  });

  test("a pause is shown until the title goes on, and then told of for a moment", () => {
    const paused = applyChrome(mouse, { kind: "pause-changed", paused: "hidden" });
    expect(paused).toMatchObject({ paused: "hidden", wasPaused: false });
    const again = applyChrome(paused, { kind: "pause-changed", paused: undefined });
    expect(again).toMatchObject({ paused: undefined, wasPaused: true });
    expect(applyChrome(again, { kind: "pause-noticed" }).wasPaused).toBe(false);
  });

  test("toggles", () => {
    const all: Chrome = [{ kind: "menu-toggled" }, { kind: "stats-toggled" }, { kind: "hands-changed", touching: true }].reduce(
      (chrome, event) => applyChrome(chrome, event as Parameters<typeof applyChrome>[1]), mouse,
    );
    expect(all).toMatchObject({ menuOpen: true, statsOpen: true, touching: true });
  });
});

describe("the end of a session", () => {
  const outcomes = [
    ...END_REASONS.map((reason) => ({ kind: "ended", reason }) as const),
    ...LOCAL_FAILURES.map((cause) => ({ kind: "local", cause }) as const),
    ...Object.keys(en.failure.refused).map((code) => ({ kind: "refused", code, message: "m" }) as const),
  ];

  test.each(outcomes)("has words and a way on: %o", (outcome) => {
    const view = makeFailureView(outcome, en.failure);
    for (const words of [view.title, view.happened, view.next]) expect(words.length).toBeGreaterThan(5);
    expect(view.actions.at(-1)).toBe("others");
  });

  test("no two ends share their words", () => {
    const titles = outcomes
      .filter(({ kind }) => kind !== "refused")
      .map((outcome) => makeFailureView(outcome, en.failure).happened);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test("a refusal that is not known is told in the server's words", () => {
    const view = makeFailureView({ kind: "refused", code: "NEW_RULE", message: "mondays are off" }, en.failure);
    expect(view).toMatchObject({ title: en.failure.refusedTitle, happened: "Mondays are off.", code: "NEW_RULE" });
  });

  test("what can't be helped by trying again does not offer it; leaving blames nobody", () => {
    expect(makeFailureView({ kind: "ended", reason: "title-command-missing" }, en.failure).actions).toEqual(["others"]);
    const elsewhere = makePlayView({ ...base, phase: "elsewhere", device, sessionId: "s" }, mouse);
    expect(elsewhere.scene === "over" && makeFailureView(elsewhere.outcome, en.failure).actions).toEqual(["take-over", "others"]);
    expect(makeFailureView({ kind: "local", cause: "outdated" }, en.failure).actions).toEqual(["reload", "others"]);
    expect(makeFailureView({ kind: "ended", reason: "player-left" }, en.failure)).toMatchObject({
      bearer: undefined, actions: ["play-again", "others"],
    });
  });
});

test("figures read as people read them, and unknown ones as a dash", () => {
  const view = makeStatsView(NO_FIGURES, { connection: "unknown" }, en.stats);
  expect(view.latency).toBeUndefined();
  expect(new Set(view.rows.map(({ value }) => value))).toEqual(new Set(["–"]));
  const stages = { uplinkMs: 5, drawMs: 10, captureMs: 1, encodeMs: 2, sendMs: 0, networkMs: undefined, bufferMs: undefined, decodeMs: 1, presentMs: 1 };
  const { latency } = makeStatsView(
    { ...NO_FIGURES, limit: "link-loss", latency: { count: 1, p50Ms: 20.4, p95Ms: 33.6, p99Ms: 40, stages, inputsWithoutPicture: 0 } },
    { connection: "unknown" },
    en.stats,
  );
  expect(latency).toMatchObject({ p50: "20", p95: "95 % below 34 ms", p99: "99 % below 40 ms" });
  expect(latency?.stages.map(({ name }) => name)).not.toContain(en.stats.stages.networkMs);
  expect(latency?.stages.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test("the verdict is in words, and names Wi-Fi or mobile data where it can be known", () => {
  const history = sampleHistory(30, () => ({ lossShare: 0.03 }));
  const verdictOn = (connection: Connection) => makeStatsView({ ...NO_FIGURES, history }, { connection }, en.stats).verdict;
  expect(verdictOn("wifi")).toEqual({ is: "loss", words: en.stats.losses.wifi });
  expect(verdictOn("cellular").words).toBe(en.stats.losses.cellular);
  expect(makeStatsView({ ...NO_FIGURES, history: sampleHistory(40) }, { connection: "wifi" }, en.stats)).toMatchObject({
    verdict: { is: "good" }, quality: { band: "good" },
  });
});
