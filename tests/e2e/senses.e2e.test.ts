// What a title has of its player's device, and a program of a session, by the player's leave: a
// phone in real Chromium, and a page as the title, in another.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play, waitForFrames } from "../support/browser.ts";
import { seesLamp } from "../support/lamps.ts";
import { eventually } from "../support/processes.ts";
import { ROOT, startStack, type Stack } from "../support/stack.ts";

const scope = new Scope();
let stack: Stack;
let phone: BrowserContext;
let page: Page;

beforeAll(async () => {
  stack = await startStack({ titles: [path.join(ROOT, "tests/fixtures/senses")], args: ["--verbose"] }, scope);
  phone = await openBrowser(scope, {
    viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true,
    permissions: ["geolocation", "accelerometer", "gyroscope", "camera"], geolocation: { latitude: 52.51627, longitude: 13.37771 },
  }, ["--use-fake-device-for-media-stream"]);
  // This browser has a camera that shows a test picture, but no gyroscope: a phone that is held at a slant, with a tone for a voice.
  await phone.addInitScript(() => {
    const device = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      if (constraints?.video) return device(constraints);
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: 500 });
      const out = new MediaStreamAudioDestinationNode(context);
      tone.connect(out);
      tone.start();
      await context.resume();
      return out.stream;
    };
    setInterval(() => {
      dispatchEvent(new DeviceOrientationEvent("deviceorientation", { alpha: 10, beta: 45, gamma: 5 }));
      dispatchEvent(new DeviceMotionEvent("devicemotion", { acceleration: { x: 0, y: 0, z: 0 }, accelerationIncludingGravity: { x: 0, y: 7, z: 7 }, interval: 50 }));
    }, 50);
  });
  page = await phone.newPage();
  await play(page, stack.url, "sense-board");
  await seesLamp(page, "alive");
}, 90_000);
afterAll(() => scope.close());

const menu = () => page.getByRole("dialog");
async function openMenu(): Promise<void> {
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await menu().waitFor();
}
const closeMenu = () => menu().getByRole("button", { name: "Back to the title" }).click();

async function switchOn(name: string): Promise<void> {
  await openMenu();
  const lever = menu().getByRole("switch", { name, exact: true });
  // It moves when the browser has given its leave, not when it is pressed.
  await lever.click();
  await eventually(() => lever.isChecked(), (on) => on, 15_000, `the switch of ${name}`);
  await closeMenu();
}

const inUse = () => page.getByRole("group", { name: "In use by the title" });

test("motion, a rough place and the voice reach a page once they are given, and stop when they are taken back", { timeout: 180_000 }, async () => {
  for (const [name, lamp] of [["Motion", "turned"], ["Location", "placed"], ["Microphone", "heard"]] as const) {
    await seesLamp(page, lamp, false);
    await switchOn(name);
    await seesLamp(page, lamp);
    await inUse().getByRole("button", { name }).waitFor();
  }
  await inUse().getByRole("button", { name: "Microphone" }).tap();
  await seesLamp(page, "heard", false);
  await inUse().getByRole("button", { name: "Location" }).tap();
  await seesLamp(page, "placed", false);
  expect(await inUse().getByRole("button").count()).toBe(1);
});

test("what the camera sees moves in a page while it is given, and is over when it is taken back", { timeout: 120_000 }, async () => {
  await seesLamp(page, "seen", false);
  await switchOn("Camera");
  await seesLamp(page, "seen");
  await inUse().getByRole("button", { name: "Camera" }).tap();
  await seesLamp(page, "seen", false);
  // Given again, it is another stream.
  await switchOn("Camera");
  await seesLamp(page, "seen");
  await inUse().getByRole("button", { name: "Camera" }).tap();
  await seesLamp(page, "seen", false);
  expect(await inUse().getByRole("button", { name: "Camera" }).count()).toBe(0);
});

test("a text field of the title's brings up the phone's keyboard", { timeout: 90_000 }, async () => {
  const keyboard = page.getByRole("textbox", { name: "Text for the title" });
  const tapTitle = async (x: number, y: number) => {
    // 640x360 in the middle of 844x390.
    const scale = 390 / 360;
    await page.touchscreen.tap((844 - 640 * scale) / 2 + x * scale, y * scale);
  };
  await tapTitle(160, 190);
  await keyboard.waitFor({ timeout: 20_000 });
  expect(await keyboard.getAttribute("inputmode")).toBe("text");
  await page.reload();
  await waitForFrames(page);
});

test("a program that the player lets in writes a note and reads it back, until it is sent away", { timeout: 120_000 }, async () => {
  await openMenu();
  await menu().getByRole("button", { name: "Let a program use this" }).click();
  const token = await menu().getByRole("textbox", { name: "What the program has to show" }).inputValue();
  await closeMenu();
  const picture = path.join(stack.data, "picture.jpg");
  const said = await writeNote(token, "Buy milk today", picture);
  expect(said).toContain("Buy milk today");
  await seesLamp(page, "saved");
  expect((await readFile(picture)).subarray(0, 2).toString("hex")).toBe("ffd8");

  const sign = page.getByRole("button", { name: /A program (may use|is using) this/ });
  await sign.tap();
  await sign.waitFor({ state: "detached" });
  expect(await eventually(() => writeNote(token, "again", picture), (again) => again.includes("AGENT_NOT_GRANTED"), 10_000, "the refusal")).not.toContain("writing");
});

/** The example of the docs, as anybody would run it; what it said, whether it did it or not. */
async function writeNote(token: string, text: string, picture: string): Promise<string> {
  const program = spawn(process.execPath, [path.join(ROOT, "tests/agent/write-note.mjs"), stack.url, token, text, picture], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [program.stdout, program.stderr]) stream.setEncoding("utf8").on("data", (part: string) => void (said += part));
  await new Promise((resolve) => program.once("close", resolve));
  return said;
}
