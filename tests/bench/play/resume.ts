// A paused title goes on: from the tap on the page to the title's next picture, in real Chromium, by pixels.

import path from "node:path";
import type { Page } from "playwright";
import { Scope } from "@nearframe/shared/lifetime";
import { CODE_COLUMNS, CODE_HEIGHT, CODE_ROWS, CODE_WIDTH, testCardLayout } from "@nearframe/shared/title/test-card-layout";
import { openBrowser, play } from "../../support/browser.ts";
import { eventually } from "../../support/processes.ts";
import { ROOT, startStack } from "../../support/stack.ts";
import { percentiles, type BenchRow } from "../rows.ts";

/** The test card, paused after four seconds without a touch. */
const TITLES = path.join(ROOT, "tests/fixtures/senses");
const TITLE = "impatient-card";
const SIZE = { width: 1280, height: 720 };
const RESUMES = 8;
const PAUSED_WITHIN_MS = 30_000;
const RESUMED_WITHIN_MS = 10_000;
/** After the page says that it is paused: what was on its way is shown by then. */
const STILL_MS = 500;

export async function runResumeBench(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const stack = await startStack({ titles: [TITLES] }, scope);
  const page = await (await openBrowser(scope)).newPage();
  await play(page, stack.url, TITLE);
  await installProbe(page);
  for (let count = 1; count <= RESUMES; count++) {
    const paused = page.getByRole("button", { name: /Paused/ });
    await paused.waitFor({ timeout: PAUSED_WITHIN_MS });
    await page.waitForTimeout(STILL_MS);
    await paused.click();
    await eventually(() => readings(page), (all) => all.length >= count, RESUMED_WITHIN_MS, "the next picture");
  }
  const figures = percentiles(await readings(page));
  return [
    { name: "a paused title, tap to its next picture", unit: "ms", ...figures, goal: "p95 at most 500", met: (figures.p95 ?? Infinity) <= 500 },
  ];
}

/** From the browser's own time of a tap to the first frame with another number on the test card. */
async function installProbe(page: Page): Promise<void> {
  const { frame } = testCardLayout(SIZE);
  await page.evaluate(
    ({ code, blocks, size }) => {
      const video = document.querySelector("video");
      const context = new OffscreenCanvas(blocks.columns, blocks.rows).getContext("2d", { willReadFrequently: true });
      if (!video || !context) throw new Error("no video to probe");
      const found: number[] = [];
      let shown = "";
      let tapped: { atMs: number; shown: string } | undefined;
      addEventListener("pointerdown", (event) => (tapped = { atMs: event.timeStamp, shown }), { capture: true });
      const look: VideoFrameRequestCallback = (_now, presented) => {
        video.requestVideoFrameCallback(look);
        const [scaleX, scaleY] = [video.videoWidth / size.width, video.videoHeight / size.height];
        context.drawImage(video, code.x * scaleX, code.y * scaleY, code.width * scaleX, code.height * scaleY, 0, 0, blocks.columns, blocks.rows);
        const { data } = context.getImageData(0, 0, blocks.columns, blocks.rows);
        shown = Array.from({ length: blocks.columns * blocks.rows }, (_, block) => ((data[block * 4] ?? 0) >= 128 ? "1" : "0")).join("");
        if (!tapped || shown === tapped.shown) return;
        found.push(presented.expectedDisplayTime - tapped.atMs);
        tapped = undefined;
      };
      video.requestVideoFrameCallback(look);
      Object.assign(window, { resumeReadings: found });
    },
    { code: { x: frame.x, y: frame.y, width: CODE_WIDTH, height: CODE_HEIGHT }, blocks: { columns: CODE_COLUMNS, rows: CODE_ROWS }, size: SIZE },
  );
}

async function readings(page: Page): Promise<number[]> {
  return page.evaluate(() => [...(window as unknown as { resumeReadings: number[] }).resumeReadings]);
}
