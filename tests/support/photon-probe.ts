// What a pixel probe sees: from the browser's own time of a key press to the frame
// in which the test card's patch has flipped. It knows nothing of our own marks, so
// that they can be checked against it. Runs inside the page.

import type { Page } from "playwright";
import { testCardLayout } from "@nearframe/shared/title/test-card-layout";

export const TEST_CARD = { width: 1280, height: 720 };

export type ProbeReading = { clickToPhotonMs: number };

/** Starts the probe; it stays for the life of the page. */
export async function installProbe(page: Page): Promise<void> {
  const { patch } = testCardLayout(TEST_CARD);
  const centre = { x: patch.x + patch.width / 2, y: patch.y + patch.height / 4 };
  await page.evaluate(
    ({ centre, size }) => {
      const video = document.querySelector("video");
      const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
      if (!video || !context) throw new Error("no video to probe");
      const readings: number[] = [];
      let pressedAtMs: number | undefined;
      let lit: boolean | undefined;
      addEventListener("keydown", (event) => (pressedAtMs = event.timeStamp), { capture: true });
      const look: VideoFrameRequestCallback = (_now, frame) => {
        video.requestVideoFrameCallback(look);
        const [scaleX, scaleY] = [video.videoWidth / size.width, video.videoHeight / size.height];
        context.drawImage(video, centre.x * scaleX, centre.y * scaleY, 1, 1, 0, 0, 1, 1);
        const [red = 0, green = 0] = context.getImageData(0, 0, 1, 1).data;
        const now = (red + green) / 2 >= 110;
        if (lit !== undefined && now !== lit && pressedAtMs !== undefined) {
          readings.push(frame.expectedDisplayTime - pressedAtMs);
          pressedAtMs = undefined;
        }
        lit = now;
      };
      video.requestVideoFrameCallback(look);
      Object.assign(window, { probeReadings: readings });
    },
    { centre, size: TEST_CARD },
  );
}

export async function probeReadings(page: Page): Promise<number[]> {
  return page.evaluate(() => [...(window as unknown as { probeReadings: number[] }).probeReadings]);
}

/** Presses a key `count` times, at intervals that beat against the frame rate. */
export async function pressKeys(page: Page, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await page.keyboard.press("Space");
    // Between 120 and 180 ms, never in step with 60 Hz.
    await page.waitForTimeout(120 + ((i * 37) % 61));
  }
}
