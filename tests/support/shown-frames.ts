// When frames were shown, inside the page: for how long a picture stood still.

import type { Page } from "playwright";

/** Starts noting; it stays for the life of the page. Put in place before the page is opened. */
export async function installShownFrames(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shownAtMs: number[] = [];
    Object.assign(window, { shownAtMs });
    const watch = (video: HTMLVideoElement) => {
      const look: VideoFrameRequestCallback = (nowMs) => {
        video.requestVideoFrameCallback(look);
        shownAtMs.push(nowMs);
      };
      video.requestVideoFrameCallback(look);
    };
    new MutationObserver((_changes, observer) => {
      const video = document.querySelector("video");
      if (!video) return;
      observer.disconnect();
      watch(video);
    }).observe(document, { childList: true, subtree: true });
  });
}

/** The page's own clock. */
export const pageMs = (page: Page): Promise<number> => page.evaluate(() => performance.now());

/** The longest time without a frame since `fromMs`; waits until `frames` have been shown after the last such gap. */
export async function longestGapSince(page: Page, fromMs: number, frames = 30, timeoutMs = 20_000): Promise<number> {
  await page.waitForFunction(
    ({ fromMs, frames }) => {
      const { shownAtMs } = window as unknown as { shownAtMs: number[] };
      return shownAtMs.filter((atMs) => atMs > fromMs).length >= frames && performance.now() - (shownAtMs.at(-1) ?? 0) < 200;
    },
    { fromMs, frames },
    { timeout: timeoutMs },
  );
  const shown = await page.evaluate(() => [...(window as unknown as { shownAtMs: number[] }).shownAtMs]);
  const since = shown.filter((atMs) => atMs >= fromMs);
  const before = shown.findLast((atMs) => atMs < fromMs) ?? fromMs;
  return [before, ...since].reduce((longest, atMs, i, all) => Math.max(longest, atMs - (all[i - 1] ?? atMs)), 0);
}
