// Tap to first frame with and without a warm title, in real Chromium, through everything.
// Each start is another player's, so that nobody has a save, in a browser that has never
// been here: loading the page is in the figure.

import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play } from "../../support/browser.ts";
import { descendants, eventually } from "../../support/processes.ts";
import { startStack, type Stack } from "../../support/stack.ts";
import { percentiles, type BenchRow } from "../rows.ts";

const TITLES = ["test-card", "freedoom"] as const;
const STARTS = 3;
const WARM_WITHIN_MS = 40_000;
/** From the last display to the last first picture. */
const SETTLE_MS = 4_000;

export async function runStartsBench(): Promise<BenchRow[]> {
  const warm = await starts(true);
  const cold = await starts(false);
  return TITLES.flatMap((titleId) => {
    const figures = percentiles(warm.get(titleId) ?? []);
    return [
      { name: `tap to first frame, ${titleId}, kept warm`, unit: "ms", ...figures, goal: "p50 at most 1000", met: (figures.p50 ?? Infinity) <= 1000 },
      { name: `tap to first frame, ${titleId}, not started`, unit: "ms", ...percentiles(cold.get(titleId) ?? []), goal: null, met: null },
    ];
  });
}

async function starts(warm: boolean): Promise<Map<string, number[]>> {
  await using scope = new Scope();
  // Half of the free slots are for copies: one of each title.
  const slots = String(2 * TITLES.length);
  const stack = await startStack({ environment: { NEARFRAME_WARM: warm ? "1" : "0", NEARFRAME_SLOTS: slots } }, scope);
  const figures = new Map<string, number[]>(TITLES.map((titleId) => [titleId, []]));
  // The first of each fills the caches, and makes the demand that keeps a copy.
  for (const titleId of TITLES) await startMs(stack, titleId);
  for (let i = 0; i < STARTS; i++) {
    for (const titleId of TITLES) {
      const before = warm ? await waiting(stack) : [];
      figures.get(titleId)?.push(await startMs(stack, titleId, before));
    }
  }
  return figures;
}

/** `copies` are the displays that wait: the session has to be on one of them. */
async function startMs(stack: Stack, titleId: string, copies: readonly number[] = []): Promise<number> {
  await using scope = new Scope();
  const page = await (await openBrowser(scope)).newPage();
  await play(page, stack.url, titleId);
  const fresh = (await displays(stack)).filter((pid) => !copies.includes(pid));
  if (copies.length > 0 && fresh.length > 0) throw new Error(`${titleId} was started anew, though it was kept warm`);
  const ms = await page.evaluate(() => {
    const session = window.__nearframe?.session;
    if (session?.phase !== "playing") throw new Error(`the session is ${session?.phase}`);
    return session.sinceMs - session.tappedAtMs;
  });
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/play/"));
  return ms;
}

async function waiting(stack: Stack): Promise<readonly number[]> {
  await eventually(() => displays(stack), (pids) => pids.length === TITLES.length, WARM_WITHIN_MS, "displays that wait");
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return displays(stack);
}

const displays = async (stack: Stack): Promise<number[]> =>
  (await descendants(stack.pid)).filter(({ command }) => command.includes("Xvfb -displayfd")).map(({ pid }) => pid);
