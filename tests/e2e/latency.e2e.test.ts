// The number that everything hangs on: click to photon as the session tells it,
// against a probe that only looks at pixels.

import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play } from "../support/browser.ts";
import { installProbe, pressKeys, probeReadings } from "../support/photon-probe.ts";
import { startStack } from "../support/stack.ts";

const FRAME_MS = 1000 / 60;
const PRESSES = 40;

test("click to photon agrees with the pixels within one frame, and its stages add up", async () => {
  const scope = new Scope();
  try {
    const stack = await startStack({}, scope);
    const browser = await openBrowser(scope);
    const page = await browser.newPage();
    await play(page, stack.url, "test-card");
    await installProbe(page);
    await pressKeys(page, PRESSES);
    const seenMs = median(await probeReadings(page));
    // Figures are taken once a second; the last presses are in the next.
    await page.waitForFunction((count) => (window.__nearframe?.latency()?.count ?? 0) >= count, PRESSES, { timeout: 5_000 });
    const told = await page.evaluate(() => window.__nearframe?.latency());
    if (!told) throw new Error("the session told nothing");
    expect(told.p50Ms).toBeGreaterThan(0);
    expect(Math.abs(told.p50Ms - seenMs)).toBeLessThanOrEqual(FRAME_MS);
    const stagesMs = Object.values(told.stages).reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
    expect(stagesMs).toBeGreaterThan(told.p50Ms / 2);
    expect(stagesMs).toBeLessThan(told.p50Ms * 2);
  } finally {
    await scope.close();
  }
});

function median(values: readonly number[]): number {
  expect(values.length).toBeGreaterThan(PRESSES / 2);
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
