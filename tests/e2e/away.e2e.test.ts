// A player who is away, in real Chromium: the title stands still, and goes on when he is back.

import path from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { readTestCard } from "@nearframe/shared/title/test-card-layout";
import { openBrowser, play, readLuma } from "../support/browser.ts";
import { eventually } from "../support/processes.ts";
import { ROOT, startStack, type Stack } from "../support/stack.ts";

const CARD = { width: 1280, height: 720 };
const scope = new Scope();
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ titles: [path.join(ROOT, "tests/fixtures/senses")], args: ["--verbose"] }, scope);
});
afterAll(() => scope.close());

/** The picture's number on the test card. */
async function cardFrame(page: Page): Promise<number> {
  const read = async () => {
    const data = await readLuma(page, CARD.width, CARD.height);
    return readTestCard({ data, ...CARD, bytesPerPixel: 1 }, CARD).frame;
  };
  return (await eventually(read, (frame) => frame !== undefined, 10_000, "the card's number")) ?? 0;
}

test("a title that nobody touches is paused, says why, and goes on at a tap", async () => {
  const browser = await openBrowser(scope);
  const page = await browser.newPage();
  await play(page, stack.url, "impatient-card");
  const paused = page.getByRole("button", { name: /Paused/ });
  await paused.waitFor({ timeout: 30_000 });
  expect(await paused.textContent()).toContain("Nothing was pressed for a long time.");
  const stood = await cardFrame(page);
  // Were it running, it would have drawn at the display's rate while these pictures were read.
  for (let reads = 0; reads < 5; reads++) expect(await cardFrame(page)).toBe(stood);

  const tappedAtMs = performance.now();
  await paused.click();
  await eventually(() => cardFrame(page), (frame) => frame !== stood, 10_000, "the next picture");
  console.info(`from the tap to a picture that was read: ${Math.round(performance.now() - tappedAtMs)} ms, reading included`);
  await paused.waitFor({ state: "detached" });
  await page.getByText("It stood still while you were away").waitFor();

  // A hidden page; headless Chromium hides none, so the page says it of itself.
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await paused.waitFor({ timeout: 30_000 });
  expect(await paused.textContent()).toContain("The page was hidden for a while.");
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await paused.waitFor({ state: "detached", timeout: 10_000 });
  await page.close();
});

test("a session that was paused for too long ends, and says so", async () => {
  const browser = await openBrowser(scope);
  const page = await browser.newPage();
  await play(page, stack.url, "short-card");
  await page.getByText("Still there?").waitFor({ timeout: 30_000 });
  expect(stack.output()).toContain("player-idle");
  await page.close();
});
