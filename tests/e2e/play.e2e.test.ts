// The whole path, as a player has it: `npm start`, real Chromium, real titles.

import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { codeDistance, readTestCard, testCardLayout, type TestCardReading } from "@nearframe/shared/title/test-card-layout";
import { difference, listen, openBrowser, play, readLuma, waitForFrames } from "../support/browser.ts";
import { descendants, eventually, udpPorts } from "../support/processes.ts";
import { ROOT, startStack, type Stack } from "../support/stack.ts";

const TEST_CARD = { width: 1280, height: 720 };
const PATCH = testCardLayout(TEST_CARD).patch;
const PATCH_CENTRE = {
  x: (PATCH.x + PATCH.width / 2) / TEST_CARD.width,
  y: (PATCH.y + PATCH.height / 2) / TEST_CARD.height,
};

const scope = new Scope();
let stack: Stack;
let browser: BrowserContext;

beforeAll(async () => {
  stack = await startStack({ titles: [path.join(ROOT, "tests/fixtures/titles")] }, scope);
  browser = await openBrowser(scope);
});
afterAll(() => scope.close());

/** A page that is closed, and whose session has ended, when the test is over. */
async function withPage(run: (page: Page) => Promise<void>, context: BrowserContext = browser): Promise<void> {
  const page = await context.newPage();
  try {
    await run(page);
  } finally {
    await leave(page);
    await page.close();
  }
}

/** As a player does: by the menu. A page that shows a failure has nothing left to leave. */
async function leave(page: Page): Promise<void> {
  const menu = page.getByRole("button", { name: "Menu", exact: true });
  if (await menu.isVisible()) {
    await menu.click();
    await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  }
  await eventually(sessionProcesses, (left) => left.length === 0, 15_000, "the session's processes");
}

/** Displays, sound servers, titles and media processes of running sessions. */
async function sessionProcesses(): Promise<string[]> {
  return (await descendants(stack.pid))
    .map(({ command }) => command)
    .filter((command) => /Xvfb|pulseaudio|pipeline-process|chocolate-doom|test-card|chromium.*kiosk/.test(command));
}

async function card(page: Page): Promise<TestCardReading> {
  const data = await readLuma(page, TEST_CARD.width, TEST_CARD.height);
  return readTestCard({ data, ...TEST_CARD, bytesPerPixel: 1 }, TEST_CARD);
}

/** Waits until the card's flip counter stands `count` above `before`, and says what it shows. */
async function flipped(page: Page, before: number, count: number): Promise<TestCardReading> {
  return eventually(
    () => card(page),
    ({ flips }) => flips !== undefined && codeDistance(before, flips) === count,
    5_000,
    `${count} flips after ${before}`,
  );
}

async function flips(page: Page): Promise<number> {
  const { flips } = await eventually(() => card(page), (reading) => reading.flips !== undefined, 5_000, "the card's codes");
  return flips ?? 0;
}

describe("the test card", () => {
  test("moves, keeps its frame number, and flips once on each key, button and wheel notch", async () => {
    await withPage(async (page) => {
      await play(page, stack.url, "test-card");
      const first = await card(page);
      await eventually(
        () => card(page),
        ({ frame }) => frame !== undefined && first.frame !== undefined && codeDistance(first.frame, frame) > 20,
        5_000,
        "the card's frame number to go on",
      );

      const start = await flips(page);
      await page.keyboard.press("Space");
      const lit = await flipped(page, start, 1);
      await page.keyboard.press("KeyQ");
      const dark = await flipped(page, start, 2);
      expect(lit.patchLit).not.toBe(dark.patchLit);

      const box = await page.locator("video").boundingBox();
      if (!box) throw new Error("the video has no place on the page");
      await page.mouse.click(box.x + box.width * PATCH_CENTRE.x, box.y + box.height * PATCH_CENTRE.y);
      await flipped(page, start, 3);
      await page.mouse.wheel(0, 120);
      await flipped(page, start, 4);
    });
  });

  test("flips on a pad's button, which this title has on a key", async () => {
    await withPage(async (page) => {
      // No pad can be plugged into this browser: the page is given one through the same API.
      await page.addInitScript(() => {
        const button = { pressed: false, touched: false, value: 0 };
        const pad = {
          id: "Test pad", index: 0, connected: true, mapping: "standard", timestamp: 0, axes: [0, 0, 0, 0],
          buttons: Array.from({ length: 17 }, (_, i) => (i === 0 ? button : { pressed: false, touched: false, value: 0 })),
        };
        navigator.getGamepads = () => [pad as unknown as Gamepad];
        Object.assign(window, {
          pressPad(pressed: boolean) {
            Object.assign(button, { pressed, value: pressed ? 1 : 0 });
            pad.timestamp = performance.now();
          },
        });
      });
      await play(page, stack.url, "test-card");
      const start = await flips(page);
      const press = (pressed: boolean) =>
        page.evaluate(async (pressed) => {
          (window as unknown as { pressPad(pressed: boolean): void }).pressPad(pressed);
          window.dispatchEvent(new Event("gamepadconnected"));
          // Pads are read once a frame; a shorter press than that nobody makes.
          for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
        }, pressed);
      await press(true);
      await flipped(page, start, 1);
      await press(false);
      await press(true);
      expect((await flipped(page, start, 2)).torn).toBe(false);
    });
  });

  test("flips on touch, on a small upright screen", async () => {
    const phoneScope = new Scope();
    try {
      const phone = await openBrowser(phoneScope, {
        viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2,
      });
      await withPage(async (page) => {
        await play(page, stack.url, "test-card");
        const start = await flips(page);
        const box = await page.locator("video").boundingBox();
        if (!box) throw new Error("the video has no place on the page");
        expect(box.width).toBeLessThanOrEqual(360);
        await page.touchscreen.tap(box.x + box.width * 0.4, box.y + box.height * 0.5);
        await flipped(page, start, 1);
      }, phone);
    } finally {
      await phoneScope.close();
    }
  });

  test("is heard: its tone reaches the page, well above silence", async () => {
    await withPage(async (page) => {
      await play(page, stack.url, "test-card");
      const heard = await eventually(() => listen(page, 500), ({ rms }) => rms > 0.005, 10_000, "the card's tone");
      expect(heard.peakHz).toBeGreaterThan(400);
      expect(heard.peakHz).toBeLessThan(480);
    });
  });
});

test("Freedoom's picture changes when keys are pressed, and not by that much otherwise", async () => {
  await withPage(async (page) => {
    await play(page, stack.url, "freedoom");
    // The start of the game may fade in; a picture that rests is what keys are compared with.
    await eventually(() => changeOver(page, 700), (change) => change < 4, 30_000, "a picture at rest");
    const still = await changeOver(page, 700);
    await page.keyboard.down("ArrowLeft");
    const turning = await changeOver(page, 700);
    await page.keyboard.up("ArrowLeft");
    expect(turning).toBeGreaterThan(Math.max(6, 3 * still));
  });
});

async function changeOver(page: Page, durationMs: number): Promise<number> {
  const before = await readLuma(page, 320, 180);
  await page.waitForTimeout(durationMs);
  return difference(before, await readLuma(page, 320, 180));
}

test("leaving frees every process and port of the session", async () => {
  const footprint = async () => {
    const processes = await descendants(stack.pid);
    return { commands: processes.length, ports: await udpPorts(processes.map(({ pid }) => pid)) };
  };
  // What the test before has left is not what this one finds.
  const displays = async () => (await descendants(stack.pid)).filter(({ command }) => command.includes("Xvfb"));
  await eventually(displays, ({ length }) => length === 0, 10_000, "the end of earlier sessions");
  const twice = async () => [await footprint(), await sleep(500).then(footprint)] as const;
  const [before] = await eventually(twice, ([first, second]) => isDeepStrictEqual(first, second), 10_000, "a stack at rest");
  await withPage(async (page) => {
    await play(page, stack.url, "test-card");
    const playing = await footprint();
    expect(playing.commands).toBeGreaterThan(before.commands);
    expect(playing.ports.length).toBeGreaterThan(before.ports.length);
  });
  await eventually(footprint, (after) => isDeepStrictEqual(after, before), 10_000, "the same ports and programs as before");
});

test("two players at once, in two titles, neither see nor hear each other", async () => {
  await withPage(async (first) => {
    await play(first, stack.url, "test-card");
    const otherScope = new Scope();
    try {
      const other = await openBrowser(otherScope, { viewport: { width: 640, height: 360 } });
      const second = await other.newPage();
      await play(second, stack.url, "freedoom");
      await waitForFrames(second);
      const start = await flips(first);

      await second.keyboard.press("ArrowRight");
      await second.keyboard.press("Space");
      expect((await card(second)).frame).toBeUndefined();
      const { peakHz } = await listen(first, 500);
      expect(peakHz).toBeGreaterThan(400);
      expect(peakHz).toBeLessThan(480);
      const otherSound = await listen(second, 500);
      expect(Math.abs(otherSound.peakHz - 440) < 20 && otherSound.rms > 0.005).toBe(false);
      // Another player's keys never reached this title; its own do.
      expect(await flips(first)).toBe(start);
      await first.bringToFront();
      await first.keyboard.press("KeyA");
      await flipped(first, start, 1);
      await second.getByRole("button", { name: "Menu", exact: true }).click();
      await second.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
    } finally {
      await otherScope.close();
    }
  });
});

test("a key that is held when the page goes away is let go", async () => {
  await withPage(async (page) => {
    await play(page, stack.url, "test-card");
    const start = await flips(page);
    await page.keyboard.down("KeyW");
    await flipped(page, start, 1);
    await page.evaluate(() => window.dispatchEvent(new Event("blur")));
    // Only a key that came up can be pressed again.
    await page.keyboard.up("KeyW");
    await page.keyboard.press("KeyW");
    expect((await flipped(page, start, 2)).torn).toBe(false);
  });
});

/** Waits for the page that says how a session ended. */
async function failureOn(page: Page, timeoutMs: number): Promise<{ reason: string; actions: number }> {
  const failure = page.getByRole("alert");
  await failure.waitFor({ timeout: timeoutMs });
  const [reason = ""] = ((await failure.locator("details code").textContent()) ?? "").split(":");
  return { reason, actions: await failure.getByRole("button").count() };
}

describe("a session that can't go on says why, and what to do", () => {
  test.each([
    ["crashes", "title-crashed"],
    ["never-draws", "title-never-drew"],
    ["no-command", "title-command-missing"],
    ["no-such-title", "TITLE_UNKNOWN"],
  ])("%s: %s", async (titleId, reason) => {
    await withPage(async (page) => {
      await page.goto(`${stack.url}/play/${titleId}`);
      const failure = await failureOn(page, 20_000);
      expect(failure.reason).toBe(reason);
      expect(failure.actions).toBeGreaterThan(0);
    });
  });

  test("a title that dies in the middle of play: title-crashed", async () => {
    await withPage(async (page) => {
      await play(page, stack.url, "freedoom");
      const [doom] = (await descendants(stack.pid)).filter(({ command }) => /^\S*chocolate-doom/.test(command));
      if (!doom) throw new Error("no chocolate-doom runs");
      process.kill(doom.pid, "SIGSEGV");
      expect(await failureOn(page, 10_000)).toMatchObject({ reason: "title-crashed" });
    });
  });
});
