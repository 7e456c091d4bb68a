// A player on a slow phone never loses a session, and is told in one sentence what happened:
// the page in the background, the phone locked, another network, a reload, a crashed tab.

import type { BrowserContext, CDPSession, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { CLEAR_LINK, type NetProfile } from "../net/link/profile.ts";
import type { Relay } from "../net/relay/relay.ts";
import { openBrowser, play, waitForFrames } from "../support/browser.ts";
import { impairPaths } from "../support/impaired.ts";
import { freePort, startStack, type Stack } from "../support/stack.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } as const;
const link = { ...CLEAR_LINK, delayMs: 5, lossFraction: 0 };
const CLEAR: NetProfile = { about: "10 ms there and back", madeBy: "by hand", up: link, down: link };
/** Whoever looked away for less than three seconds has not been away. */
const AWAY_MS = 3_500;

const scope = new Scope();
let stack: Stack;
let phone: BrowserContext;
let page: Page;
let devtools: CDPSession;
let relay: Relay;
let sessionId: string;

beforeAll(async () => {
  const mediaPort = await freePort();
  stack = await startStack({ environment: { NEARFRAME_MEDIA_PORT: String(mediaPort) } }, scope);
  phone = await openBrowser(scope, PHONE);
  page = await phone.newPage();
  [relay] = (await impairPaths(page, mediaPort, [CLEAR], scope)) as [Relay];
  devtools = await phone.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await play(page, stack.url, "test-card");
  // A slow phone shows frames before it counts them.
  await page.waitForFunction(() => window.__nearframe?.session?.phase === "playing");
  sessionId = (await sessionOf(page)) ?? "";
  expect(sessionId).not.toBe("");
});
afterAll(() => scope.close());

const sessionOf = (page: Page) =>
  page.evaluate(() => {
    const session = window.__nearframe?.session;
    return session?.phase === "playing" ? session.sessionId : undefined;
  });

/** Waits for the sentence and for pictures; which session they are of. */
async function backWith(page: Page, sentence: RegExp): Promise<string | undefined> {
  await page.getByRole("status").getByText(sentence).waitFor({ timeout: 30_000 });
  const framesBefore = await page.evaluate(() => document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
  await page.waitForFunction((before) => (document.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > before, framesBefore);
  return sessionOf(page);
}

/** What a browser tells a page that is put aside or taken up; none in a test does by itself. */
const show = (visible: boolean) =>
  page.evaluate((visible) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (visible ? "visible" : "hidden") });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visible);

const passTime = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the same session goes on, and says why it was gone,", () => {
  test("after the page was in the background", async () => {
    await show(false);
    await passTime(AWAY_MS);
    await show(true);
    expect(await backWith(page, /^You were away for \d+ seconds: the session waited for you\.$/)).toBe(sessionId);
  });

  test("after the phone was locked, which freezes the page", async () => {
    await show(false);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await passTime(AWAY_MS);
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await page.bringToFront();
    await show(true);
    expect(await backWith(page, /^You were away for \d+ seconds: the session waited for you\.$/)).toBe(sessionId);
  });

  test("on another network", async () => {
    relay.moveClients();
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    expect(await backWith(page, /^Your network changed: you are in the same session, over the new one\.$/)).toBe(sessionId);
  });

  test("after a reload, with the phone turned meanwhile", async () => {
    await page.setViewportSize({ width: 844, height: 390 });
    await page.reload();
    expect(await backWith(page, /^The page was loaded again: you are back in the same session\.$/)).toBe(sessionId);
  });

  test("after the tab crashed", async () => {
    const crashed = page.waitForEvent("crash");
    // A page that crashed answers nobody.
    void devtools.send("Page.crash").catch(() => undefined);
    await crashed;
    // What a browser's "Reload" does on its page for crashed tabs; this driver needs another tab for it.
    const again = await phone.newPage();
    await again.goto(`${stack.url}/play/test-card`);
    await waitForFrames(again);
    expect(await backWith(again, /^The page had stopped without a word: you are back in the same session\.$/)).toBe(sessionId);
  });
});
