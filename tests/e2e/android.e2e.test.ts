// An Android title as a player has it: real Chromium, the whole stack, and the double of a device.

import type { BrowserContext } from "playwright";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as z from "zod/mini";
import { TitleList } from "@nearframe/shared/api/titles";
import { Scope } from "@nearframe/shared/lifetime";
import { readTestCard, testCardLayout, type TestCardReading } from "@nearframe/shared/title/test-card-layout";
import { openAndroidTitle, PHONE, type AndroidTitle } from "../support/android-title.ts";
import { listen, openBrowser, play, readLuma, waitForFrames } from "../support/browser.ts";
import { eventually } from "../support/processes.ts";
import { startStack, type Stack } from "../support/stack.ts";

const { patch } = testCardLayout(PHONE);
/** The patch's middle on a page that the picture fills. */
const TAP = { x: patch.x + patch.width / 2, y: patch.y + patch.height / 2 };
const LIMIT_MS = 20_000;

let scope: Scope;
let android: AndroidTitle;
let stack: Stack;
let phone: BrowserContext;

// A try that failed holds the only device: the next has a stack of its own.
beforeEach(async () => {
  scope = new Scope();
  android = await openAndroidTitle(scope);
  stack = await startStack({ titles: [android.titles], environment: android.environment }, scope);
  phone = await openBrowser(scope, { viewport: PHONE, hasTouch: true, isMobile: true });
});
afterEach(() => scope.close());

async function availability(): Promise<string | undefined> {
  const { titles } = z.parse(TitleList, await (await fetch(`${stack.url}/api/titles`)).json());
  return titles.find(({ id }) => id === "android-card")?.availability.state;
}

test("is played on a phone: taps, two fingers at once and keys reach the app, sound is heard, what is copied comes out, nothing is left behind, and the next player waits in line", async () => {
  const { double } = android;
  const page = await phone.newPage();
  await phone.grantPermissions(["clipboard-read", "clipboard-write"]);
  await eventually(availability, (state) => state === "now", LIMIT_MS, "a node with a device");
  await play(page, stack.url, "android-card");
  const card = async (): Promise<TestCardReading> =>
    readTestCard({ data: await readLuma(page, PHONE.width, PHONE.height), ...PHONE, bytesPerPixel: 1 }, PHONE);
  const before = await eventually(card, ({ flips }) => flips === 0, LIMIT_MS, "the card on the page");
  expect(await page.evaluate(() => document.querySelector("video")?.videoHeight)).toBe(PHONE.height);

  await page.touchscreen.tap(TAP.x, TAP.y);
  const flipped = await eventually(card, ({ flips }) => flips === 1, LIMIT_MS, "the patch flipped");
  expect(flipped.patchLit).not.toBe(before.patchLit);
  const touches = double.received.filter((message) => message.type === "touch");
  expect(touches.map((touch) => touch.action)).toEqual(expect.arrayContaining([0, 1]));

  await page.keyboard.press("KeyQ");
  await eventually(card, ({ flips }) => flips === 2, LIMIT_MS, "the patch flipped back");
  expect((await listen(page, 300)).rms).toBeGreaterThan(0.01);

  // Two fingers at once are two to the app.
  const devtools = await phone.newCDPSession(page);
  await devtools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x: 60, y: 60, id: 1 }, { x: 300, y: 60, id: 2 }] });
  const fingers = async () => new Set(double.received.flatMap((message) => (message.type === "touch" ? [message.pointerId] : [])));
  await eventually(fingers, ({ size }) => size >= 2, LIMIT_MS, "both fingers on the device");
  await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });

  double.copy("copied on the phone");
  await eventually(() => page.evaluate(() => navigator.clipboard.readText()), (text) => text === "copied on the phone", LIMIT_MS, "the player's clipboard");

  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await eventually(async () => [...double.state.packages.keys()], (packages) => !packages.includes("org.nearframe.card"), LIMIT_MS, "the app to be taken away");
  await eventually(async () => double.servers(), (servers) => servers.length === 0, LIMIT_MS, "the end of scrcpy's servers");

  // The next session finds what the player keeps, on a device that was wiped.
  await eventually(availability, (state) => state === "now", LIMIT_MS, "the device to be free again");
  await play(page, stack.url, "android-card");
  await eventually(card, ({ flips }) => flips === 2, LIMIT_MS, "the count that was kept");

  // Somebody else waits for the only device, and gets it, clean, when it is free.
  expect(await availability()).toBe("busy");
  const other = await (await openBrowser(scope, { viewport: PHONE, hasTouch: true, isMobile: true })).newPage();
  await other.goto(`${stack.url}/play/android-card`);
  await other.getByText("You are next in line").waitFor({ timeout: LIMIT_MS });
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await waitForFrames(other);
  const theirs = async () => readTestCard({ data: await readLuma(other, PHONE.width, PHONE.height), ...PHONE, bytesPerPixel: 1 }, PHONE);
  await eventually(theirs, ({ flips }) => flips === 0, LIMIT_MS, "the card as nobody has played it");
  await Promise.all([page.close(), other.close()]);
});
