// A title of each runtime that this machine can have, as a player has it: real Chromium, the whole stack, a picture
// that answers. Web titles are in senses.e2e, devices in android.e2e, the test card in all the others.

import path from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { TreeNode } from "@nearframe/shared/agent/agent";
import { Scope } from "@nearframe/shared/lifetime";
import { difference, openBrowser, play, readLuma } from "../support/browser.ts";
import { makeLibretroTitle } from "../support/libretro-title.ts";
import { eventually } from "../support/processes.ts";
import { ROOT, startStack, type Stack } from "../support/stack.ts";

/** Coarse, so that coding noise is averaged out of it. */
const LOOK = { width: 64, height: 48 };
/** Mean of what a pixel of a screen at rest moves by between two looks, of 255. */
const REST_MAX = 0.7;
const LIMIT_MS = 60_000;
/** Where the phone has its calculator, among the favourites. */
const CALCULATOR = { x: 0.625, y: 0.19 };

const scope = new Scope();
let stack: Stack;

beforeAll(async () => {
  const libretro = await makeLibretroTitle(scope);
  stack = await startStack({ titles: [libretro.titles, path.join(ROOT, "tests/fixtures/runtimes")] }, scope);
});
afterAll(() => scope.close());

const look = (page: Page) => readLuma(page, LOOK.width, LOOK.height);

/** What a screen shows that has come to rest, and shows something. */
async function atRest(page: Page): Promise<Uint8Array> {
  let last = await look(page);
  return eventually(
    async () => {
      await page.waitForTimeout(500);
      const next = await look(page);
      const moved = difference(last, next);
      last = next;
      return { moved, picture: next };
    },
    ({ moved, picture }) => moved < REST_MAX && new Set(picture).size > 2,
    LIMIT_MS,
    "a picture at rest",
  ).then(({ picture }) => picture);
}

/** Does it again until the picture is another one: a title may not listen yet when it first shows itself. */
async function answers(page: Page, before: Uint8Array, changeMin: number, act: () => Promise<void>): Promise<number> {
  return eventually(
    async () => {
      await act();
      await page.waitForTimeout(700);
      return difference(before, await look(page));
    },
    (change) => change >= changeMin,
    LIMIT_MS,
    "an answer of the title's",
  );
}

async function withTitle(titleId: string, run: (page: Page) => Promise<void>, viewport = { width: 1280, height: 720 }): Promise<void> {
  await using mine = scope.child();
  const page = await (await openBrowser(mine, { viewport })).newPage();
  await play(page, stack.url, titleId);
  await run(page);
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/play/"));
}

test("a native game: the view turns with a key", async () => {
  await withTitle("freedoom", async (page) => {
    const before = await eventually(() => look(page), (picture) => new Set(picture).size > 30, LIMIT_MS, "the first room");
    expect(await answers(page, before, 8, () => page.keyboard.press("ArrowRight", { delay: 400 }))).toBeGreaterThanOrEqual(8);
  });
});

test("a console's program: stripes change places with a button", async () => {
  await withTitle("console-flip", async (page) => {
    const before = await atRest(page);
    // RetroArch asks once a frame which keys are down.
    expect(await answers(page, before, 40, () => page.keyboard.press("KeyX", { delay: 120 }))).toBeGreaterThanOrEqual(40);
  });
});

test("a Windows program: a menu opens with a key", async () => {
  await withTitle("mines", async (page) => {
    const before = await atRest(page);
    expect(await answers(page, before, 0.8, async () => {
      await page.keyboard.press("F10", { delay: 80 });
      await page.keyboard.press("ArrowDown", { delay: 80 });
    })).toBeGreaterThanOrEqual(0.8);
  });
});

test("a phone: an app opens with a tap, and a program that the player lets in reads it and taps on it", async () => {
  await withTitle(
    "phone",
    async (page) => {
      const before = await atRest(page);
      const box = await page.locator("video").boundingBox();
      if (!box) throw new Error("the page shows no video");
      expect(await answers(page, before, 12, () => page.mouse.click(box.x + box.width * CALCULATOR.x, box.y + box.height * CALCULATOR.y))).toBeGreaterThanOrEqual(12);

      await page.getByRole("button", { name: "Menu", exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Let a program use this" }).click();
      const token = await page.getByRole("dialog").getByRole("textbox", { name: "What the program has to show" }).inputValue();
      await page.getByRole("dialog").getByRole("button", { name: "Back to the title" }).click();
      const ask = async (path: string, body?: object) => {
        const answer = await fetch(`${stack.url}/api/agent/${path}`, {
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          ...(body && { method: "POST", body: JSON.stringify(body) }),
        });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return answer.json() as Promise<unknown>;
      };
      const read = async () => z.parse(z.array(TreeNode), await ask("tree"));
      const seen = await eventually(read, (nodes) => nodes.some(({ name }) => name === "8"), LIMIT_MS, "the calculator's keys");
      const key = seen.find(({ name, role }) => name === "8" && role === "push button")?.box;
      if (!key) throw new Error("nobody can say where the 8 is");
      await ask("act", { action: "tap", at: { x: key.x + key.width / 2, y: key.y + key.height / 2 } });
      await eventually(read, (nodes) => nodes.some(({ focused, value }) => focused && value === "8"), LIMIT_MS, "the 8 on the calculator");
    },
    { width: 600, height: 1280 },
  );
});
