// What waits for a player before a title is opened: the lock screen, a session that runs on
// another device, two saves of one title; and what moves while it starts.

import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SaveList } from "@nearframe/shared/api/saves";
import { Scope } from "@nearframe/shared/lifetime";
import { findBarriers } from "../support/axe.ts";
import { openBrowser, play, waitForFrames } from "../support/browser.ts";
import { startStack, type Stack } from "../support/stack.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, reducedMotion: "reduce" } as const;

const scope = new Scope();
let stack: Stack;
beforeAll(async () => {
  // What a test plays is kept for its player when the browser is gone: nobody here waits in line for that.
  stack = await startStack({ environment: { NEARFRAME_SLOTS: "4" } }, scope);
});
afterAll(() => scope.close());

const titles = (page: Page) => page.getByRole("region", { name: "Titles" });
const sessionOf = (page: Page) =>
  page.evaluate(() => {
    const session = window.__nearframe?.session;
    return session && "sessionId" in session ? session.sessionId : undefined;
  });

test("a session goes from the phone to the desktop by a code, and the phone may have it back", async () => {
  const phone = await openBrowser(scope, PHONE);
  const playing = await phone.newPage();
  await play(playing, stack.url, "test-card");
  const sessionId = await sessionOf(playing);
  expect(sessionId).toBeDefined();
  const asking = await phone.newPage();
  await asking.goto(`${stack.url}/settings`);
  await asking.getByRole("button", { name: "Continue on another device" }).tap();
  const code = await asking.getByText(/^Code: [2-9A-Z]{4}.-.[2-9A-Z]{4}$/).innerText();

  const desktop = await openBrowser(scope, { viewport: { width: 1280, height: 720 } });
  const page = await desktop.newPage();
  await page.goto(`${stack.url}/continue`);
  await page.getByRole("textbox", { name: "Code" }).fill(code.replace(/^Code:|[^2-9A-Z]/g, ""));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue Test Card here" }).first().click();
  await waitForFrames(page);
  expect(await sessionOf(page)).toBe(sessionId);
  await page.getByText("You go on here with what ran on your other device.").waitFor();
  await playing.getByRole("button", { name: "Play here instead" }).waitFor();
  await Promise.all([phone.close(), desktop.close()]);
});

test("the installed app opens with the lock screen, a swipe opens it, and it can be switched off", async () => {
  const phone = await openBrowser(scope, PHONE);
  // No browser in a test installs pages: it is told that this one is.
  await phone.addInitScript(() => {
    const { matchMedia } = window;
    window.matchMedia = (query) => (query.includes("display-mode") ? ({ matches: true, addEventListener() {} } as unknown as MediaQueryList) : matchMedia.call(window, query));
  });
  const page = await phone.newPage();
  await page.goto(stack.url);
  const open = page.getByRole("button", { name: "Swipe up to open" });
  await open.waitFor();
  expect(await titles(page).count()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  const devtools = await phone.newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", y?: number) =>
    devtools.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x: 195, y }] });
  await touch("touchStart", 600);
  for (const y of [520, 440, 360]) await touch("touchMove", y);
  await touch("touchEnd");
  await titles(page).waitFor();

  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("switch", { name: "Lock screen" }).uncheck();
  await page.goto(stack.url);
  await titles(page).waitFor();
  expect(await open.count()).toBe(0);
  await phone.close();
});

test("two saves of a title are offered before it starts, and the one chosen is told to the server", async () => {
  const phone = await openBrowser(scope, PHONE);
  const page = await phone.newPage();
  // Two nodes that save from one point are tested where saves are kept; here is what the server would say of them.
  const ids = { head: "0a0a0a0a-0000-4000-8000-00000000000a", branch: "0b0b0b0b-0000-4000-8000-00000000000b" };
  const save = (place: "head" | "branch") =>
    ({ saveId: ids[place], sessionId: ids[place], takenAtMs: Date.UTC(2026, 10, place === "branch" ? 22 : 21), occasion: "end", archiveBytes: 2_000_000, place }) as const;
  const parted = { titleId: "test-card", diverged: true, saves: [save("branch"), save("head")] };
  const chosen: unknown[] = [];
  await page.route("**/api/saves", (route) => route.fulfill({ json: { titles: [parted] } satisfies SaveList }));
  await page.route("**/api/saves/test-card/choose", (route) => {
    chosen.push(route.request().postDataJSON());
    return route.fulfill({ json: { ...parted, diverged: false } });
  });
  await page.goto(stack.url);
  await page.getByRole("button", { name: "Two saves of Test Card" }).waitFor();
  await titles(page).getByRole("button", { name: "Play Test Card" }).tap();
  const sheet = page.getByRole("dialog", { name: "Two saves of Test Card" });
  await sheet.getByRole("radio").first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(new URL(page.url()).pathname).toBe("/");
  await sheet.getByRole("radio").first().check();
  await sheet.getByRole("button", { name: "Go on with this one" }).tap();
  await waitForFrames(page);
  expect(chosen).toEqual([{ saveId: ids.branch }]);
  await phone.close();
});

test("while a title takes its time its own play moves, until the first frame; for who saves data or wants little motion it does not", async () => {
  const phone = await openBrowser(scope, { ...PHONE, reducedMotion: "no-preference" });
  const page = await phone.newPage();
  // The word that the title has drawn comes when the test lets it: so long the title takes its time.
  let letDraw = () => {};
  await page.routeWebSocket(/\/control$/, (socket) => {
    const server = socket.connectToServer();
    const drawn = new Promise<void>((resolve) => (letDraw = resolve));
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => {
      if (String(message).includes(`"first-picture"`)) void drawn.then(() => socket.send(message));
      else socket.send(message);
    });
  });
  const fetched: string[] = [];
  page.on("request", (request) => void (new URL(request.url()).pathname.endsWith("/art/preview") && fetched.push(request.url())));
  const clip = page.locator("video[data-preview]");

  await page.goto(`${stack.url}/play/lanternfly`);
  await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>("video[data-preview][data-moves=true]")?.currentTime ?? 0) > 0.3);
  letDraw();
  await waitForFrames(page);
  expect(await clip.count()).toBe(0);
  expect(fetched.length).toBeGreaterThan(0);

  const waitsStill = async (why: string) => {
    await page.getByRole("button", { name: "Menu", exact: true }).tap();
    await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).tap();
    await titles(page).waitFor();
    const before = fetched.length;
    await page.goto(`${stack.url}/play/lanternfly`);
    await page.getByText(/^[2-9]\.\d s$/).waitFor();
    expect([await clip.count(), fetched.length - before], why).toEqual([0, 0]);
    letDraw();
    await waitForFrames(page);
  };
  await page.emulateMedia({ reducedMotion: "reduce" });
  await waitsStill("little motion");
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await page.evaluate(() => localStorage.setItem("nearframe.settings", JSON.stringify({ dataSaver: true })));
  await waitsStill("little data");
  await phone.close();
});
