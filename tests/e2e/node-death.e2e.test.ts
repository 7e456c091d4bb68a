// A node that dies in the middle of a session, or falls silent as if its power were cut, in a real browser:
// the player is told, placed on another node, and plays on.

import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play, waitForFrames } from "../support/browser.ts";
import { descendants, eventually, type ProcessInfo } from "../support/processes.ts";
import { installShownFrames, longestGapSince, pageMs } from "../support/shown-frames.ts";
import { ROOT, startStack, type Stack } from "../support/stack.ts";

/** Noticing, placing, a title's start on a machine that does other things, and the first frame. */
const BACK_MS_MAX = 12_000;

/** Four seconds of quiet, an answer's time, and what a busy machine takes to begin again. */
const START_ELSEWHERE_MS_MAX = 25_000;

const movingOf = (page: Page) =>
  page.evaluate(() => {
    const session = window.__nearframe?.session;
    return session && "moving" in session ? session.moving : undefined;
  });

const idOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => /"sessionId":"([^"]+)"/.exec(JSON.stringify(window.__nearframe?.session))?.[1]);

async function nodesOf(stack: Stack): Promise<(ProcessInfo & { serves: boolean })[]> {
  const nodes = (await descendants(stack.pid)).filter(({ command }) => command.includes("edge-node/src/main.ts"));
  return Promise.all(
    nodes.map(async (node) => ({
      ...node,
      serves: (await descendants(node.pid)).some(({ command }) => command.includes("pipeline-process")),
    })),
  );
}

test("a node killed in the middle of play: told, placed again, playing within seconds, in the same session", async () => {
  await using scope = new Scope();
  const stack = await startStack({ args: ["--edges", "2"] }, scope);
  const page = await (await openBrowser(scope)).newPage();
  await installShownFrames(page);
  await play(page, stack.url, "test-card");
  await waitForFrames(page);
  const sessionId = await idOf(page);
  const before = await nodesOf(stack);
  const [serving] = before.filter(({ serves }) => serves);
  expect(before).toHaveLength(2);
  if (!serving) throw new Error("no node serves the session");

  const killedAtMs = await pageMs(page);
  process.kill(serving.pid, "SIGKILL");
  await eventually(
    () => nodesOf(stack),
    (nodes) => nodes.some(({ pid, serves }) => serves && pid !== serving.pid),
    BACK_MS_MAX,
    "the session on another node",
  );
  const gapMs = await longestGapSince(page, killedAtMs, 30, BACK_MS_MAX);
  // The next node's display is seen before its title has drawn, and is no picture of it.
  await eventually(() => movingOf(page), (moving) => moving === undefined, BACK_MS_MAX, "the title's picture");
  console.log(`something was shown ${Math.round(gapMs)} ms after the node's death, the title within ${Math.round(await pageMs(page) - killedAtMs)} ms`);
  expect(gapMs).toBeLessThan(BACK_MS_MAX);
  expect(sessionId).toBeDefined();
  expect(await idOf(page)).toBe(sessionId);
});

test("a node that falls silent while its link stays open: asked, found missing, and the session plays on elsewhere", async () => {
  await using scope = new Scope();
  const stack = await startStack({ args: ["--edges", "2"] }, scope);
  const page = await (await openBrowser(scope)).newPage();
  await installShownFrames(page);
  await play(page, stack.url, "test-card");
  await waitForFrames(page);
  const sessionId = await idOf(page);
  const [serving] = (await nodesOf(stack)).filter(({ serves }) => serves);
  if (!serving) throw new Error("no node serves the session");

  // All of it at once: what is stopped says nothing, and its system keeps every socket open.
  const frozen = [serving, ...(await descendants(serving.pid))].map(({ pid }) => pid);
  scope.own(frozen, () => signalAll(frozen, "SIGKILL"));
  const stoppedAtMs = await pageMs(page);
  const beganAtMs = performance.now();
  signalAll(frozen, "SIGSTOP");
  await eventually(
    () => nodesOf(stack),
    (nodes) => nodes.some(({ pid, serves }) => serves && pid !== serving.pid),
    BACK_MS_MAX,
    "the session on another node",
  );
  const placedMs = performance.now() - beganAtMs;
  const gapMs = await longestGapSince(page, stoppedAtMs, 30, BACK_MS_MAX);
  console.log(`${Math.round(placedMs)} ms after the node fell silent the next one rendered; no picture for ${Math.round(gapMs)} ms`);
  expect(gapMs).toBeLessThan(BACK_MS_MAX);
  expect(await idOf(page)).toBe(sessionId);
});

test("a node that falls silent while a title starts: asked, found missing, and the start goes on elsewhere", async () => {
  await using scope = new Scope();
  const stack = await startStack({ args: ["--edges", "2"], titles: [path.join(ROOT, "tests/fixtures/starting")] }, scope);
  const page = await (await openBrowser(scope)).newPage();
  await page.goto(`${stack.url}/play/draws-late`);
  const hosts = async () => {
    const nodes = await nodesOf(stack);
    const shows = await Promise.all(nodes.map(async ({ pid }) => (await descendants(pid)).some(({ command }) => command.includes("Xvfb -displayfd"))));
    return nodes.filter((_, index) => shows[index]);
  };
  const [serving] = await eventually(hosts, (nodes) => nodes.length === 1, BACK_MS_MAX, "a node that starts the title");
  if (!serving) throw new Error("no node starts the title");
  const frozen = [serving, ...(await descendants(serving.pid))].map(({ pid }) => pid);
  scope.own(frozen, () => signalAll(frozen, "SIGKILL"));
  const beganAtMs = performance.now();
  signalAll(frozen, "SIGSTOP");
  await eventually(hosts, (nodes) => nodes.some(({ pid }) => pid !== serving.pid), START_ELSEWHERE_MS_MAX, "the start on another node");
  console.log(`${Math.round(performance.now() - beganAtMs)} ms after the node fell silent the next one was starting the title`);
  expect(await eventually(() => movingOf(page), (moving) => moving !== undefined, BACK_MS_MAX, "the page to be told")).toBe("node-lost");
});

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It has ended by itself.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
