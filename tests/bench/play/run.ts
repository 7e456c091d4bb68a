// The product as it is played: tap to first frame, and click to photon, in real
// Chromium on the test card, through everything.

import type { Page } from "playwright";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play } from "../../support/browser.ts";
import { descendants, eventually } from "../../support/processes.ts";
import { startStack, type Stack } from "../../support/stack.ts";
import { cpuMsOf } from "../pipeline/process-times.ts";
import { percentiles, rounded, type BenchRow } from "../rows.ts";
import { installProbe, pressKeys, probeReadings } from "../../support/photon-probe.ts";

const WARM_STARTS = 6;
const PRESSES = 150;
const SETTLE_MS = 4_000;

export async function runPlayBench(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const stack = await startStack({}, scope);
  const browser = await openBrowser(scope);
  const starts: number[] = [];
  for (let i = 0; i <= WARM_STARTS; i++) {
    const page = await browser.newPage();
    await play(page, stack.url, "test-card");
    starts.push(await tapToFirstFrameMs(page));
    await leave(page, stack);
    await page.close();
  }
  const [cold = Number.NaN, ...warm] = starts;
  const warmFigures = percentiles(warm);

  const page = await browser.newPage();
  await play(page, stack.url, "test-card");
  await installProbe(page);
  await page.waitForTimeout(SETTLE_MS);
  const before = { cpu: await mediaCpuMs(stack), frames: await framesShown(page), atMs: performance.now() };
  await pressKeys(page, PRESSES);
  const after = { cpu: await mediaCpuMs(stack), frames: await framesShown(page), atMs: performance.now() };
  const seconds = (after.atMs - before.atMs) / 1000;
  const seen = percentiles(await probeReadings(page));
  const figures = await page.evaluate(() => ({
    latency: window.__nearframe?.latency(),
    stats: window.__nearframe?.stats(),
  }));
  const { latency, stats } = figures;
  if (!latency || !stats) throw new Error("the page measured nothing");
  const cores = (after.cpu - before.cpu) / (seconds * 1000);
  const fps = (after.frames - before.frames) / seconds;
  const told = { p50: rounded(latency.p50Ms), p95: rounded(latency.p95Ms), p99: rounded(latency.p99Ms) };
  const frameMs = 1000 / 60;

  return [
    row("tap to first frame, cold", "ms", { value: rounded(cold) }, "at most 2000", cold <= 2000),
    row("tap to first frame, warm", "ms", warmFigures, "p50 at most 1000", (warmFigures.p50 ?? Infinity) <= 1000),
    row("click to photon, 720p60, by pixels", "ms", seen, "p50 at most 20, p95 at most 33",
      (seen.p50 ?? Infinity) <= 20 && (seen.p95 ?? Infinity) <= 33),
    row("click to photon, 720p60, as the session tells it", "ms", told, "p50 within one frame of the pixels'",
      Math.abs(told.p50 - (seen.p50 ?? Infinity)) <= frameMs),
    row("frames shown", "1/s", { value: rounded(fps) }, "at least 59", fps >= 59),
    row("jitter buffer, mean", "ms", { value: rounded(stats.jitterBufferMs ?? Number.NaN) }, "at most 5", (stats.jitterBufferMs ?? Infinity) <= 5),
    row("decode, mean", "ms", { value: rounded(stats.decodeMs ?? Number.NaN) }, null, null),
    row("media path's share of a core", "cores", { value: rounded(cores) }, "at most 0.5", cores <= 0.5),
    ...Object.entries(latency.stages).map(([stage, value]) =>
      row(`stage: ${stage.replace(/Ms$/, "")}, median`, "ms", { value: rounded(value ?? Number.NaN) }, null, null),
    ),
  ];
}

function row(
  name: string, unit: string, figures: Partial<BenchRow>, goal: string | null, met: boolean | null,
): BenchRow {
  return { name, unit, ...figures, goal, met };
}

async function tapToFirstFrameMs(page: Page): Promise<number> {
  return page.evaluate(() => {
    const session = window.__nearframe?.session;
    if (session?.phase !== "playing") throw new Error(`the session is ${session?.phase}`);
    return session.sinceMs - session.tappedAtMs;
  });
}

async function leave(page: Page, stack: Stack): Promise<void> {
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await eventually(
    async () => (await descendants(stack.pid)).filter(({ command }) => command.includes("Xvfb")).length,
    (displays) => displays === 0,
    15_000,
    "displays of the session that was left",
  );
}

/** CPU of everything between the title's pixels and the network: media process, media server, node. */
async function mediaCpuMs(stack: Stack): Promise<number> {
  const parts = (await descendants(stack.pid)).filter(({ command }) =>
    /pipeline-process|mediasoup-worker|edge-node\/src\/main/.test(command),
  );
  return cpuMsOf(parts.map(({ pid }) => pid));
}

async function framesShown(page: Page): Promise<number> {
  return page.evaluate(() => {
    const quality = document.querySelector("video")?.getVideoPlaybackQuality();
    return quality ? quality.totalVideoFrames - quality.droppedVideoFrames : 0;
  });
}
