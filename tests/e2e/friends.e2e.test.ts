// Others in a player's session: by a link to watch, to play along, as a pad without a picture, and by voice.

import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SHARE_MS_MIN } from "@nearframe/shared/friends/roles";
import { Scope } from "@nearframe/shared/lifetime";
import { codeDistance, readTestCard, type TestCardReading } from "@nearframe/shared/title/test-card-layout";
import { findBarriers } from "../support/axe.ts";
import { openBrowser, play, readLuma, waitForFrames } from "../support/browser.ts";
import { descendants, eventually } from "../support/processes.ts";
import { startStack, type Stack } from "../support/stack.ts";

const TEST_CARD = { width: 1280, height: 720 };
const WAIT_MS = 30_000;
/** About a second of a voice. */
const A_SECOND_BYTES = 3_000;
/** Far below one beep of the microphone's, far above silence, which has none. */
const BEEP_ENERGY = 1e-5;
/** A microphone that beeps, nobody who asks for it, and two pages that find each other without a network. */
const FLAGS = [
  "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
  "--disable-features=WebRtcHideLocalIpsWithMdns", "--allow-loopback-in-peer-connection",
];

const scope = new Scope();
let stack: Stack;
let browser: BrowserContext;
let owner: Page;
/** The next link is asked for with the shortest life there is. */
let asksBriefly = false;

beforeAll(async () => {
  stack = await startStack({}, scope);
  browser = await openBrowser(scope, { viewport: TEST_CARD, acceptDownloads: false }, FLAGS);
  owner = await browser.newPage();
  await owner.routeWebSocket(/\/control$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(asksBriefly ? String(message).replace(/"lastsMs":\d+/, `"lastsMs":${SHARE_MS_MIN}`) : message));
  });
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
  const shown = sheet().getByText(new RegExp(`/${path}/[a-z0-9]{10}$`));
  const [last] = await shown.allInnerTexts();
  await sheet().getByRole("button", { name: button }).first().click();
  const address = last === undefined ? shown : shown.filter({ hasNotText: last });
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

/** Somebody who came by a link that lasts a minute: the tests in between are what passes it. */
let passing: { page: Page; link: string };

test("somebody comes by a link that lasts a minute", async () => {
  asksBriefly = true;
  const link = await invite(/^Watch/, "join");
  asksBriefly = false;
  const page = await browser.newPage();
  await page.goto(`${elsewhere()}${link}`);
  await waitForFrames(page);
  await eventually(() => card(page), ({ frame }) => frame !== undefined, WAIT_MS, "the picture");
  const guest = sheet().getByText(/^Guest \d+$/);
  await guest.waitFor({ timeout: WAIT_MS });
  expect(await guest.count()).toBe(1);
  passing = { page, link };
}, 60_000);

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
  await sheet().getByRole("listitem").filter({ hasText: "Play along · Pad 2" }).getByRole("button", { name: /^Send Guest \d+ away/ }).click();
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
  await friend.addInitScript(() => {
    const lines: RTCPeerConnection[] = [];
    const voices: HTMLMediaElement[] = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...options: ConstructorParameters<typeof RTCPeerConnection>) {
        super(...options);
        lines.push(this);
      }
    };
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      // The title's own elements are on the page.
      if (!this.isConnected) voices.push(this);
      return play.call(this);
    };
    Object.assign(window, { lines, voices });
  });
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

  // Who is muted is neither let out nor shown, whatever is sent, and both again once they are not.
  const mute = talk.getByRole("button", { name: "Mute Plays" });
  await mute.click();
  const before = await voiceOn(friend);
  const hold = sheet().getByRole("button", { name: "Hold to talk" });
  await hold.focus();
  await owner.keyboard.down("Space");
  const muted = await eventually(() => voiceOn(friend), ({ bytes }) => bytes > before.bytes + A_SECOND_BYTES, WAIT_MS, "a voice that is sent");
  expect(await hold.getAttribute("aria-pressed")).toBe("true");
  expect(muted.energy - before.energy).toBeLessThan(BEEP_ENERGY);
  expect(await talk.getByText("speaks").count()).toBe(0);
  await mute.click();
  await talk.getByText("speaks").waitFor({ timeout: WAIT_MS });
  await eventually(() => voiceOn(friend), ({ energy }) => energy > muted.energy + BEEP_ENERGY, WAIT_MS, "the voice let out");
  await owner.keyboard.up("Space");
  await friend.close();
}, 120_000);

test("when the minute of a link is over, who came by it is told so, and nobody comes by it any more", async () => {
  const { page, link } = passing;
  await page.getByRole("heading", { name: "The link has run out" }).waitFor({ timeout: SHARE_MS_MIN + WAIT_MS });
  expect(await page.locator("video").count()).toBe(0);
  await page.goto(`${elsewhere()}${link}`);
  await page.getByRole("heading", { name: "This link does not work" }).waitFor({ timeout: WAIT_MS });
  await page.close();
}, 120_000);

/** Of the voice that a page plays: how much of it has come, and how loud it was let out. */
const voiceOn = (page: Page) =>
  page.evaluate(async () => {
    const { lines, voices } = window as unknown as { lines: RTCPeerConnection[]; voices: HTMLMediaElement[] };
    const stream = voices.at(-1)?.srcObject;
    if (!(stream instanceof MediaStream)) throw new Error("no voice is played");
    const receiver = lines.flatMap((line) => line.getReceivers()).find(({ track }) => stream.getTracks().includes(track));
    const report = [...((await receiver?.getStats())?.values() ?? [])] as RTCInboundRtpStreamStats[];
    const voice = report.find(({ type }) => type === "inbound-rtp");
    return { bytes: voice?.bytesReceived ?? NaN, energy: voice?.totalAudioEnergy ?? NaN };
  });
