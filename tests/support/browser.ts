// Real Chromium, as a player has it, and what can be read from a page that plays.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
// Declares `window.__nearframe`.
import type {} from "@nearframe/client/diagnostics";
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from "playwright";
import type { Scope } from "@nearframe/shared/lifetime";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
  // A page behind another one must play on, or two players can't be tested on one machine.
  "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
];

export async function openBrowser(
  scope: Scope,
  options: BrowserContextOptions = { viewport: { width: 1280, height: 720 } },
  flags: readonly string[] = [],
): Promise<BrowserContext> {
  const profile = await mkdtemp(path.join(os.tmpdir(), "nearframe-browser-"));
  scope.own(profile, (profile) => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [...FLAGS, ...flags],
  });
  return scope.own(context, (context) => context.close());
}

/** Goes to a title and waits until it is played. */
export async function play(page: Page, url: string, titleId: string): Promise<void> {
  await page.goto(`${url}/play/${titleId}`);
  await waitForFrames(page);
}

/** Pictures of the title's: a session that still starts may show its empty display. Guests have no session of their own. */
export async function waitForFrames(page: Page, timeoutMs = 45_000): Promise<void> {
  await page.waitForFunction(
    () => {
      const video = document.querySelector("video");
      const session = window.__nearframe?.session;
      return (session === undefined || session.phase === "playing") && video !== null && video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > 5;
    },
    undefined,
    { timeout: timeoutMs },
  );
}

/** Luma of the video's present frame at `width` x `height`, row by row. */
export async function readLuma(page: Page, width: number, height: number): Promise<Uint8Array> {
  const encoded = await page.evaluate(
    ({ width, height }) => {
      const video = document.querySelector("video");
      if (!video) throw new Error("no video on the page");
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      if (!context) throw new Error("no canvas");
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      let text = "";
      for (let i = 0; i < data.length; i += 4) {
        text += String.fromCharCode(Math.round(0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!));
      }
      return btoa(text);
    },
    { width, height },
  );
  return new Uint8Array(Buffer.from(encoded, "base64"));
}

/** Mean absolute difference of two pictures, 0..255. */
export function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}

/** Loudness of what the page plays over `durationMs`: RMS, 0..1, and the strongest frequency. */
export async function listen(page: Page, durationMs: number): Promise<{ rms: number; peakHz: number }> {
  return page.evaluate(async (durationMs) => {
    const element = document.querySelector("audio");
    if (!(element?.srcObject instanceof MediaStream)) throw new Error("the page plays no sound");
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    new MediaStreamAudioSourceNode(context, { mediaStream: element.srcObject }).connect(analyser);
    await context.resume();
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const peak = spectrum.indexOf(Math.max(...spectrum));
    const rms = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
    const peakHz = (peak * context.sampleRate) / analyser.fftSize;
    await context.close();
    return { rms, peakHz };
  }, durationMs);
}
