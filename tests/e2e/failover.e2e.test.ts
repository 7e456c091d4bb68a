// What a player feels when the process that captures and encodes for it dies, and that
// every codec reaches a real browser.

import type { Page } from "playwright";
import { describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { listen, openBrowser, play } from "../support/browser.ts";
import { delaysMs, installFrameProbe, longestFreezeMs, takeFrames } from "../support/frame-probe.ts";
import { descendants, eventually } from "../support/processes.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** A process of Node with the codecs in it starts in half a second; the rest is for a machine that does other things. */
const FREEZE_MS_MAX = 2_500;
const PLAY_MS = 2_000;

/** The one process of this stack whose command says `what`. */
async function processOf(stack: Stack, what: string): Promise<number> {
  const [found] = (await descendants(stack.pid)).filter(({ command }) => command.includes(what));
  if (!found) throw new Error(`no process called ${what}`);
  return found.pid;
}

const idOf = (session: string): string | undefined => /"sessionId":"([^"]+)"/.exec(session)?.[1];

/** Kills the session's pipeline as the kernel would, and says for how long the picture stood still. */
async function killPipeline(stack: Stack, page: Page): Promise<number> {
  const pid = await processOf(stack, "pipeline-process");
  await takeFrames(page);
  process.kill(pid, "SIGKILL");
  await eventually(() => processOf(stack, "pipeline-process").catch(() => pid), (now) => now !== pid, 10_000, "another pipeline");
  await new Promise((resolve) => setTimeout(resolve, PLAY_MS));
  const frames = await takeFrames(page);
  // Frames came to the end, so the longest pause lies between two of them.
  expect(Date.now() - (frames.at(-1)?.shownAtMs ?? 0)).toBeLessThan(1_000);
  return longestFreezeMs(frames);
}

describe("a pipeline that is killed while it is played", () => {
  test("is followed by another, in the same session, and ends it only when that goes on and on", async () => {
    await using scope = new Scope();
    const stack = await startStack({}, scope);
    const page = await (await openBrowser(scope)).newPage();
    await play(page, stack.url, "test-card");
    await installFrameProbe(page);
    const session = async () => JSON.stringify(await page.evaluate(() => window.__nearframe?.session));
    const [before, title] = [await session(), await processOf(stack, "test-card")];
    await eventually(async () => delaysMs(await takeFrames(page)), (delays) => delays.length > 0, 10_000, "frames whose clock can be read");

    const freezes: number[] = [];
    for (let count = 0; count < 3; count++) freezes.push(await killPipeline(stack, page));
    console.log(`the picture stood still for ${freezes.map((ms) => Math.round(ms)).join(", ")} ms`);
    expect(Math.max(...freezes)).toBeLessThan(FREEZE_MS_MAX);
    expect(await processOf(stack, "test-card")).toBe(title);
    expect(idOf(before)).toBeDefined();
    expect(idOf(await session())).toBe(idOf(before));
    await eventually(() => listen(page, 500), ({ rms }) => rms > 0.005, 10_000, "the card's tone");

    // The fourth within a minute is one too many.
    process.kill(await processOf(stack, "pipeline-process"), "SIGKILL");
    await page.getByRole("heading", { level: 1 }).waitFor({ timeout: 10_000 });
    expect(await session()).toMatch(/node-failed/);
  });
});

describe("a node that may use one encoder alone", () => {
  test.each([
    ["vpx-vp8", "VP8"],
    ["svt-av1", "AV1"],
  ])("%s, plays in %s", async (encoder, codec) => {
    await using scope = new Scope();
    const stack = await startStack({ environment: { NEARFRAME_ENCODERS: encoder } }, scope);
    const page = await (await openBrowser(scope)).newPage();
    await play(page, stack.url, "test-card");
    await page.waitForFunction(
      (codec) => {
        const stats = window.__nearframe?.stats();
        return stats?.codec === codec && stats.fps > 10;
      },
      codec,
      { timeout: 20_000 },
    );
    await installFrameProbe(page);
    await eventually(async () => delaysMs(await takeFrames(page)), (delays) => delays.length > 0, 10_000, "frames whose clock can be read");
    expect(await killPipeline(stack, page)).toBeLessThan(FREEZE_MS_MAX);
  });
});
