// Reads the test card's own clock out of every frame that is shown: how long the
// picture was under way, by pixels alone. Page and title share this machine's clock.

import type { Page } from "playwright";
import { CODE_COLUMNS, CODE_HEIGHT, CODE_MODULUS, CODE_ROWS, CODE_WIDTH, codeDistance, readCode, testCardLayout } from "@nearframe/shared/title/test-card-layout";

export const TEST_CARD = { width: 1280, height: 720 };

/** `delayMs` is undefined where the clock can't be read: a picture that was coded too coarsely was shown all the same. */
export type SeenFrame = { shownAtMs: number; delayMs: number | undefined };

type RawFrame = { shownAtMs: number; blocks: number[] };

/** Starts reading; it stays for the life of the page. */
export async function installFrameProbe(page: Page): Promise<void> {
  const { clock } = testCardLayout(TEST_CARD);
  await page.evaluate(
    ({ place, size }) => {
      const video = document.querySelector("video");
      const context = new OffscreenCanvas(place.columns, place.rows).getContext("2d", { willReadFrequently: true });
      if (!video || !context) throw new Error("no video to probe");
      const frames: RawFrame[] = [];
      const look: VideoFrameRequestCallback = (_now, frame) => {
        video.requestVideoFrameCallback(look);
        const [scaleX, scaleY] = [video.videoWidth / size.width, video.videoHeight / size.height];
        context.drawImage(
          video,
          place.x * scaleX, place.y * scaleY, place.width * scaleX, place.height * scaleY,
          0, 0, place.columns, place.rows,
        );
        const { data } = context.getImageData(0, 0, place.columns, place.rows);
        const blocks = Array.from({ length: place.columns * place.rows }, (_, i) => data[i * 4 + 1] ?? 0);
        frames.push({ shownAtMs: performance.timeOrigin + frame.expectedDisplayTime, blocks });
      };
      video.requestVideoFrameCallback(look);
      Object.assign(window, { seenFrames: frames });
    },
    {
      place: { x: clock.x, y: clock.y, width: CODE_WIDTH, height: CODE_HEIGHT, columns: CODE_COLUMNS, rows: CODE_ROWS },
      size: TEST_CARD,
    },
  );
}

/** Takes the frames seen since the last call. */
export async function takeFrames(page: Page): Promise<SeenFrame[]> {
  const raw = await page.evaluate(() => (window as unknown as { seenFrames: RawFrame[] }).seenFrames.splice(0));
  return raw.map(({ shownAtMs, blocks }) => {
    const value = readCode(
      { data: blocks, width: CODE_COLUMNS, height: CODE_ROWS, bytesPerPixel: 1 },
      { width: CODE_WIDTH, height: CODE_HEIGHT },
      { kind: "clock", x: 0, y: 0 },
    );
    const delayMs = value === undefined ? undefined : codeDistance(value, Math.floor(shownAtMs) % CODE_MODULUS);
    // A picture from the future was misread.
    return { shownAtMs, delayMs: delayMs !== undefined && delayMs < CODE_MODULUS / 2 ? delayMs : undefined };
  });
}

export const delaysMs = (frames: readonly SeenFrame[]): number[] => frames.flatMap(({ delayMs }) => delayMs ?? []);

/** Times between two shown frames, in order. */
export function freezesMs(frames: readonly SeenFrame[]): number[] {
  return frames.slice(1).map((frame, i) => frame.shownAtMs - (frames[i]?.shownAtMs ?? frame.shownAtMs));
}

export function longestFreezeMs(frames: readonly SeenFrame[]): number {
  return Math.max(0, ...freezesMs(frames));
}
