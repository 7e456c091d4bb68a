// Tap to first frame with and without a warm title, in real Chromium, through everything.
// Each start is another player's, so that nobody has a save, in a browser that has never
// been here: its home screen is open, and a tile is tapped.

import path from "node:path";
import * as z from "zod/mini";
import { TitleList } from "@nearframe/shared/api/titles";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, waitForFrames } from "../../support/browser.ts";
import { openAndroidTitle } from "../../support/android-title.ts";
import { makeLibretroTitle } from "../../support/libretro-title.ts";
import { descendants, eventually } from "../../support/processes.ts";
import { startStack, type Stack } from "../../support/stack.ts";
import { percentiles, type BenchRow } from "../rows.ts";

/** One of each runtime that comes with Nearframe, and those of this bench: a device is one session's, so none waits on it. */
const TITLES = [
  { id: "test-card", runtime: "test card", warms: true },
  { id: "freedoom", runtime: "native", warms: true },
  { id: "lanternfly", runtime: "web", warms: true },
  { id: "phone", runtime: "phone", warms: true },
  { id: "mines", runtime: "windows", warms: true },
  { id: "console-flip", runtime: "libretro", warms: true },
  { id: "android-card", runtime: "android, on the double", warms: false },
] as const;
type Title = (typeof TITLES)[number];
/** A program that Debian's Wine brings. */
const WINDOWS_TITLES = path.join(import.meta.dirname, "../../fixtures/runtimes");
const STARTS = 3;
const WARM_WITHIN_MS = 40_000;
/** From the last display to the last first picture. */
const SETTLE_MS = 4_000;

export async function runStartsBench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  // One after the other: copies of all at once would take the machine from whoever starts.
  for (const title of TITLES) {
    const name = `tap to first frame, ${title.id} (${title.runtime})`;
    if (title.warms) {
      const figures = percentiles(await starts(title, true));
      rows.push({ name: `${name}, kept warm`, unit: "ms", ...figures, goal: "p50 at most 1000", met: (figures.p50 ?? Infinity) <= 1000 });
    }
    rows.push({ name: `${name}, not started`, unit: "ms", ...percentiles(await starts(title, false)), goal: null, met: null });
  }
  return rows;
}

async function starts(title: Title, warm: boolean): Promise<number[]> {
  await using scope = new Scope();
  const [android, libretro] = await Promise.all([openAndroidTitle(scope), makeLibretroTitle(scope)]);
  // Half of the free slots are for copies.
  const environment = { ...android.environment, NEARFRAME_WARM: warm ? "1" : "0", NEARFRAME_SLOTS: "2" };
  const stack = await startStack({ titles: [android.titles, libretro.titles, WINDOWS_TITLES], environment }, scope);
  const figures: number[] = [];
  // The first fills the caches, and makes the demand that keeps a copy.
  await untilFree(stack, title);
  await startMs(stack, title);
  for (let i = 0; i < STARTS; i++) {
    await untilFree(stack, title);
    const before = warm ? await waiting(stack) : [];
    figures.push(await startMs(stack, title, before));
  }
  return figures;
}

/** A node that can run it is there; a device is clean again. */
async function untilFree(stack: Stack, { id }: Title): Promise<void> {
  const state = async () => (await titleOf(stack, id)).availability.state;
  await eventually(state, (is) => is === "now", WARM_WITHIN_MS, `a node for ${id}`);
}

async function titleOf(stack: Stack, id: string) {
  const { titles } = z.parse(TitleList, await (await fetch(`${stack.url}/api/titles`)).json());
  const found = titles.find((title) => title.id === id);
  if (!found) throw new Error(`the server has no title ${id}`);
  return found;
}

/** `copies` are the displays that wait: the session has to be on one of them. */
async function startMs(stack: Stack, { id }: Title, copies: readonly number[] = []): Promise<number> {
  await using scope = new Scope();
  const page = await (await openBrowser(scope)).newPage();
  const { name } = await titleOf(stack, id);
  await page.goto(stack.url, { waitUntil: "networkidle" });
  await page.getByRole("region", { name: "Titles" }).getByRole("button", { name: `Play ${name}`, exact: true }).click();
  await waitForFrames(page);
  const fresh = (await displays(stack)).filter((pid) => !copies.includes(pid));
  if (copies.length > 0 && fresh.length > 0) throw new Error(`${id} was started anew, though it was kept warm`);
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
  await eventually(() => displays(stack), (pids) => pids.length === 1, WARM_WITHIN_MS, "a display that waits");
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return displays(stack);
}

const displays = async (stack: Stack): Promise<number[]> =>
  (await descendants(stack.pid)).filter(({ command }) => command.includes("Xvfb -displayfd")).map(({ pid }) => pid);
