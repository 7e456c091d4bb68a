// Others in a player's session: by a link to watch, to play along, as a pad without a picture, and by voice.

import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { codeDistance, readTestCard, type TestCardReading } from "@nearframe/shared/title/test-card-layout";
import { findBarriers } from "../support/axe.ts";
import { openBrowser, play, readLuma, waitForFrames } from "../support/browser.ts";
import { descendants, eventually } from "../support/processes.ts";
import { startStack, type Stack } from "../support/stack.ts";

const TEST_CARD = { width: 1280, height: 720 };
const WAIT_MS = 30_000;
/** A microphone that beeps, nobody who asks for it, and two pages that find each other without a network. */
const FLAGS = [
  "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
  "--disable-features=WebRtcHideLocalIpsWithMdns", "--allow-loopback-in-peer-connection",
];

const scope = new Scope();
let stack: Stack;
let browser: BrowserContext;
let owner: Page;

beforeAll(async () => {
  stack = await startStack({}, scope);
  browser = await openBrowser(scope, { viewport: TEST_CARD, acceptDownloads: false }, FLAGS);
  owner = await browser.newPage();
  await play(owner, stack.url, "test-card");
});
afterAll(() => scope.close());

/** Another person's address of the same server: nothing is shared with the player's pages. */
const elsewhere = () => stack.url.replace("localhost", "127.0.0.1");

async function card(page: Page): Promise<TestCardReading> {
  const data = await readLuma(page, TEST_CARD.width, TEST_CARD.height);
  return readTestCard({ data, ...TEST_CARD, bytesPerPixel: 1 }, TEST_CARD);
}

async function flips(page: Page): Promise<number> {
  const { flips } = await eventually(() => card(page), (reading) => reading.flips !== undefined, WAIT_MS, "the card's codes");
  return flips ?? 0;
}

const flipped = (page: Page, before: number) =>
  eventually(() => card(page), (reading) => reading.flips !== undefined && codeDistance(before, reading.flips) >= 1, WAIT_MS, "a flip");

const sheet = () => owner.getByRole("dialog", { name: "Friends and phones" });

async function openSheet(): Promise<void> {
  if (await sheet().isVisible()) return;
  await owner.getByRole("button", { name: "Menu", exact: true }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Friends and phones" }).click();
  await sheet().waitFor();
}

const closeSheet = () => sheet().getByRole("button", { name: "Close" }).click();

/** By the sheet, as a player does; gives the path of the link. */
async function invite(button: string | RegExp, path: "join" | "pad"): Promise<string> {
  await openSheet();
  const before = await sheet().getByRole("img").count();
  await sheet().getByRole("button", { name: button }).first().click();
  const address = sheet().getByText(new RegExp(`/${path}/[a-z0-9]{10}$`));
  await address.waitFor({ timeout: WAIT_MS });
  expect(await sheet().getByRole("img").count()).toBeGreaterThanOrEqual(Math.max(1, before));
  return new URL(await address.innerText()).pathname;
}

test("a link shows a friend the moving picture of the same encode, and nothing once it is taken back", async () => {
  const link = await invite(/^Watch/, "join");
  expect(await findBarriers(owner)).toEqual([]);
  const friend = await browser.newPage();
  await friend.goto(`${elsewhere()}${link}`);
  await waitForFrames(friend);
  const first = await eventually(() => card(friend), ({ frame }) => frame !== undefined, WAIT_MS, "a frame's number");
  await eventually(
    () => card(friend),
    ({ frame }) => frame !== undefined && first.frame !== undefined && codeDistance(first.frame, frame) > 20,
    WAIT_MS,
    "the picture to move",
  );
  expect(await findBarriers(friend)).toEqual([]);
  const pipelines = (await descendants(stack.pid)).filter(({ command }) => command.includes("pipeline-process"));
  expect(pipelines).toHaveLength(1);

  await sheet().getByText("Guest 1").waitFor({ timeout: WAIT_MS });
  await sheet().getByRole("button", { name: /^Take back the link/ }).click();
  await friend.getByRole("heading", { name: "The link was taken back" }).waitFor({ timeout: WAIT_MS });
  expect(await friend.locator("video").count()).toBe(0);
  await friend.reload();
  await friend.getByRole("heading", { name: "This link does not work" }).waitFor({ timeout: WAIT_MS });
  // The player's own picture has gone on.
  await closeSheet();
  const start = await flips(owner);
  await owner.keyboard.press("Space");
  await flipped(owner, start);
  await friend.close();
}, 120_000);

test("a friend who plays along flips the card with the second pad", async () => {
  const link = await invite(/^Play along/, "join");
  const friend = await browser.newPage();
  await friend.addInitScript(() => {
    const button = { pressed: false, touched: false, value: 0 };
    const pad = {
      id: "Test pad", index: 0, connected: true, mapping: "standard", timestamp: 0, axes: [0, 0, 0, 0],
      buttons: Array.from({ length: 17 }, (_, i) => (i === 0 ? button : { pressed: false, touched: false, value: 0 })),
    };
    navigator.getGamepads = () => [pad as unknown as Gamepad];
    const shown = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    Object.assign(window, {
      // Until the page has surely looked at the pad.
      pressPad: async (pressed: boolean) => {
        Object.assign(button, { pressed, value: pressed ? 1 : 0 });
        await shown();
      },
    });
  });
  await friend.goto(`${elsewhere()}${link}`);
  await waitForFrames(friend);
  await sheet().getByText("Play along · Pad 2").waitFor({ timeout: WAIT_MS });
  const start = await flips(owner);
  await friend.evaluate(() => (window as unknown as { pressPad(pressed: boolean): Promise<void> }).pressPad(true));
  await flipped(owner, start);
  // Keys of a guest are nobody's.
  const after = await flips(owner);
  await friend.keyboard.press("Space");
  await friend.evaluate(() => (window as unknown as { pressPad(pressed: boolean): Promise<void> }).pressPad(false));
  await friend.evaluate(() => (window as unknown as { pressPad(pressed: boolean): Promise<void> }).pressPad(true));
  await flipped(owner, after);
  expect(codeDistance(after, await flips(owner))).toBe(1);
  // Sent away by the player.
  await sheet().getByRole("button", { name: /^Send Guest \d+ away/ }).click();
  await friend.getByRole("heading", { name: "You were sent away" }).waitFor({ timeout: WAIT_MS });
  await friend.close();
}, 120_000);

test("a phone is a pad: no picture on it, both ways to the title measured, and a press reaches the title", async () => {
  const link = await invite("Use a phone as pad", "pad");
  const phone = await browser.newPage();
  const session = await browser.newCDPSession(phone);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 5 });
  await phone.setViewportSize({ width: 844, height: 390 });
  await phone.goto(`${elsewhere()}${link}`);
  await phone.getByRole("heading", { name: "Pad 1" }).waitFor({ timeout: WAIT_MS });
  await phone.getByText(/other way \d+ ms/).waitFor({ timeout: WAIT_MS });
  expect(await phone.locator("video, audio").count()).toBe(0);
  expect(await findBarriers(phone)).toEqual([]);
  const start = await flips(owner);
  const south = await phone.locator("[data-part]", { hasText: /^A$/ }).boundingBox();
  if (!south) throw new Error("the pad has no button A");
  const touchPoints = [{ x: south.x + south.width / 2, y: south.y + south.height / 2 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  await flipped(owner, start);
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await phone.close();
}, 120_000);

test("friends hear who holds the button, and see who speaks", async () => {
  const link = await invite(/^Watch/, "join");
  const friend = await browser.newPage();
  await friend.goto(`${elsewhere()}${link}`);
  await waitForFrames(friend);
  await sheet().getByRole("button", { name: "Join voice" }).click();
  await friend.getByRole("button", { name: /^Voice/ }).click();
  const talk = friend.getByRole("dialog", { name: "Voice" });
  await talk.getByRole("button", { name: "Join voice" }).click();
  // Both have joined, and nobody has pressed: nobody is heard.
  await talk.getByRole("button", { name: "Mute Plays" }).waitFor({ timeout: WAIT_MS });
  expect(await talk.getByText("speaks").count()).toBe(0);
  await sheet().getByRole("button", { name: "Hold to talk" }).focus();
  await owner.keyboard.down("Space");
  await talk.getByText("speaks").waitFor({ timeout: WAIT_MS });
  await owner.keyboard.up("Space");
  await talk.getByText("speaks").waitFor({ state: "detached", timeout: WAIT_MS });
  await friend.close();
}, 120_000);
