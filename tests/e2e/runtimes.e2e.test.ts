// A title of each runtime that this machine can have, as a player has it: real Chromium, the whole stack, a picture
// that answers. Web titles are in senses.e2e, devices in android.e2e, the test card in all the others.

import path from "node:path";
import type { BrowserContextOptions, Page } from "playwright";
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
/** The phone's screen, of which the places of what is on it are told. */
const SCREEN = { width: 600, height: 1280 };

const DESKTOP = { viewport: { width: 1280, height: 720 } };
const HELD_UPRIGHT = { viewport: { width: 450, height: 1008 }, hasTouch: true, isMobile: true };
const HELD_SIDEWAYS = { viewport: { width: 844, height: 390 }, hasTouch: true, isMobile: true };

type Box = NonNullable<TreeNode["box"]>;
type Place = readonly [x: number, y: number];

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

/** A finger on a thing of the phone's, where it lies on the page. */
async function tapOn(page: Page, { x, y, width, height }: Box): Promise<void> {
  const video = await page.locator("video").boundingBox();
  if (!video) throw new Error("the page shows no video");
  const scale = Math.min(video.width / SCREEN.width, video.height / SCREEN.height);
  const [left, top] = [video.x + (video.width - SCREEN.width * scale) / 2, video.y + (video.height - SCREEN.height * scale) / 2];
  await page.touchscreen.tap(left + (x + width / 2) * scale, top + (y + height / 2) * scale);
}

/** Draws from one place of the page to another, and stays there for a while before it lets go. */
async function finger(page: Page): Promise<(from: Place, to: Place, staysMs?: number) => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  return async ([x, y], [toX, toY], staysMs = 0) => {
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...places: Place[]) =>
      devtools.send("Input.dispatchTouchEvent", { type, touchPoints: places.map(([x, y]) => ({ x, y })) });
    await touch("touchStart", [x, y]);
    for (const share of [0.25, 0.5, 0.75, 1]) await touch("touchMove", [x + (toX - x) * share, y + (toY - y) * share]);
    await page.waitForTimeout(staysMs);
    await touch("touchEnd");
  };
}

async function withTitle(titleId: string, run: (page: Page) => Promise<void>, options: BrowserContextOptions = DESKTOP): Promise<void> {
  await using mine = scope.child();
  const page = await (await openBrowser(mine, options)).newPage();
  await play(page, stack.url, titleId);
  await run(page);
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/play/"));
}

test("a native game: the view turns with a key and with a finger on a phone's camera area, and walks by its stick", async () => {
  await withTitle(
    "freedoom",
    async (page) => {
      const before = await eventually(() => look(page), (picture) => new Set(picture).size > 30, LIMIT_MS, "the first room");
      expect(await answers(page, before, 8, () => page.keyboard.press("ArrowRight", { delay: 400 }))).toBeGreaterThanOrEqual(8);
      const drag = await finger(page);
      expect(await answers(page, await look(page), 8, () => drag([590, 175], [470, 175]))).toBeGreaterThanOrEqual(8);
      expect(await answers(page, await look(page), 4, () => drag([110, 289], [110, 229], 600))).toBeGreaterThanOrEqual(4);
    },
    HELD_SIDEWAYS,
  );
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

test("a phone: a tap opens an app, whose field brings up the keyboard; the ways of the page lead home and to what runs; and a program that the player lets in reads it and taps on it", async () => {
  await withTitle(
    "phone",
    async (page) => {
      const before = await atRest(page);
      await page.getByRole("button", { name: "Menu", exact: true }).tap();
      await page.getByRole("dialog").getByRole("button", { name: "Let a program use this" }).tap();
      const token = await page.getByRole("dialog").getByRole("textbox", { name: "What the program has to show" }).inputValue();
      await page.getByRole("dialog").getByRole("button", { name: "Back to the title" }).tap();
      const ask = async (path: string, body?: object) => {
        const answer = await fetch(`${stack.url}/api/agent/${path}`, {
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          ...(body && { method: "POST", body: JSON.stringify(body) }),
        });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return answer.json() as Promise<unknown>;
      };
      const read = async () => z.parse(z.array(TreeNode), await ask("tree"));
      const button = (name: string) => (node: TreeNode) => node.role === "push button" && node.name === name && node.box !== undefined;
      const find = async (is: (node: TreeNode) => boolean, what: string): Promise<Box> => {
        const box = (await eventually(read, (nodes) => nodes.some(is), LIMIT_MS, what)).find(is)?.box;
        if (!box) throw new Error(`nobody can say where it is: ${what}`);
        return box;
      };
      const search = ({ role, name }: TreeNode) => role === "text" && name === "Search";
      /** An app that runs stands above the search, as a picture without a name. */
      const running = async () => {
        const nodes = await read();
        const searchY = nodes.find(search)?.box?.y ?? -Infinity;
        return nodes.filter((node) => button("")(node) && (node.box?.y ?? Infinity) < searchY);
      };

      const icon = await find(button("Calculator"), "the home screen");
      expect(await running()).toEqual([]);
      await tapOn(page, icon);
      await eventually(() => look(page), (picture) => difference(before, picture) >= 12, LIMIT_MS, "the calculator in the picture");
      const keyboard = page.getByRole("textbox", { name: "Text for the title" });
      await keyboard.waitFor({ timeout: LIMIT_MS });
      await tapOn(page, await find(button("7"), "the calculator"));
      await eventually(read, (nodes) => nodes.some(({ focused, value }) => focused && value === "7"), LIMIT_MS, "the 7 on the calculator");

      // Each is pressed once, as pressed again it would lead back, and not while the shell still moves, which hears
      // nothing then. The keyboard is up meanwhile, as it is for a player.
      const go = async (way: string) => {
        await atRest(page);
        await page.getByRole("navigation", { name: "The phone's way back" }).getByRole("button", { name: way }).tap();
      };
      await go("Home");
      await find(search, "the home screen again");
      await eventually(running, (apps) => apps.length === 1, LIMIT_MS, "the calculator among what runs");
      await tapOn(page, await find(button("Calculator"), "its icon"));
      await find(button("8"), "the calculator again");
      await go("Recent apps");
      await find(search, "what runs");
      const [app] = await eventually(running, (apps) => apps.length === 1, LIMIT_MS, "the calculator alone among what runs");
      if (!app?.box) throw new Error("nobody can say where what runs is");
      await tapOn(page, app.box);

      const key = await find(button("8"), "the calculator once more");
      await ask("act", { action: "tap", at: { x: key.x + key.width / 2, y: key.y + key.height / 2 } });
      await eventually(read, (nodes) => nodes.some(({ focused, value }) => focused && value === "78"), LIMIT_MS, "the 8 beside the 7 on the calculator");
    },
    HELD_UPRIGHT,
  );
});
