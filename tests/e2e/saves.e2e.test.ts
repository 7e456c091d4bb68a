// A save as a player has it: kept while a real title runs, and there again the next
// time, on another node, though the first was killed.

import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SaveList } from "@nearframe/shared/api/saves";
import { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { openBrowser, play } from "../support/browser.ts";
import { descendants, eventually } from "../support/processes.ts";
import { startStack, type Stack } from "../support/stack.ts";

const scope = new Scope();
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ args: ["--edges", "2", "--verbose"], environment: { NEARFRAME_SAVE_INTERVAL_S: "1" } }, scope);
});
afterAll(() => scope.close());

async function savesOf(page: Page) {
  const answer: unknown = await page.evaluate(async () => {
    const token = localStorage.getItem("nearframe.token");
    const response = await fetch("/api/saves", { headers: { authorization: `Bearer ${token}` } });
    return response.json();
  });
  return z.parse(SaveList, answer).titles.flatMap(({ titleId, saves }) => saves.map((save) => ({ titleId, ...save })));
}

test("a title's save is kept while it runs, and the next node has it though the first was killed", async () => {
  const browser = await openBrowser(scope);
  const page = await browser.newPage();
  await play(page, stack.url, "freedoom");
  const [save] = await eventually(() => savesOf(page), (saves) => saves.length > 0, 30_000, "a save while it runs");
  expect(save).toMatchObject({ titleId: "freedoom", place: "head", occasion: "periodic" });

  // The node that plays is the one with a title below it; what starts it again is not waited for.
  const title = (await descendants(stack.pid)).find(({ command }) => command.includes("chocolate-doom"));
  expect(title).toBeDefined();
  const nodes = (await descendants(stack.pid)).filter(({ command }) => command.includes("edge-node/src/main.ts"));
  const playing = await Promise.all(
    nodes.map(async ({ pid }) => ({ pid, below: await descendants(pid) })),
  ).then((all) => all.find(({ below }) => below.some(({ command }) => command.includes("chocolate-doom"))));
  process.kill(playing?.pid ?? 0, "SIGKILL");

  await eventually(async () => stack.output(), (output) => output.includes("save restored"), 60_000, "the save on another node");
  await page.close();
});
