// A session that goes on and on: do latency and memory stay what they are? A player
// who presses a key about twice a second, and every process looked at every few seconds.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { seededRandom } from "@nearframe/edge-node/media/testing/random";
import { Scope } from "@nearframe/shared/lifetime";
import { openBrowser, play } from "../../support/browser.ts";
import { descendants, type ProcessInfo } from "../../support/processes.ts";
import { startStack } from "../../support/stack.ts";
import { rounded, type BenchRow } from "../rows.ts";
import { fitSlope, isFlat, type Sample, type Slope } from "./slope.ts";

const LOOK_MS = 5_000;
/** In the mean; presses in step with a clock of 60 Hz would all meet it at the same place. */
const PRESS_MS = 500;
const PRESSES = LOOK_MS / PRESS_MS;
/** A soak that is cut short before this tells nothing. */
const KEPT_MS_MIN = 10 * 60_000;
/** Compilers, caches and warm pools settle in a share of the time, and in two minutes at most. */
const WARM_UP_SHARE = 0.2;
const WARM_UP_MS_MAX = 120_000;
const PARTS = 12;
const LIMITS = {
  /** Of each process; a collector's sawtooth is within it, a frame kept each second is not. */
  memoryMibPerHour: 30,
  latencyMsPerHour: 5,
  fpsFewerPerHour: 5,
};

/** What runs, by what its command line says. */
const ROLES: readonly [role: string, command: RegExp][] = [
  ["media process", /pipeline-process/],
  ["media server", /mediasoup-worker/],
  ["node", /edge-node\/src\/main/],
  ["server", /server\/src\/main/],
  ["X server", /Xvfb/],
  ["sound server", /pulseaudio/],
];

const WHOLE = "click to photon, p50";
/**
 * How long a decoded picture waits for the display, and with it the whole, comes and goes over minutes as the title's
 * 60 Hz and the page's drift against each other: told, and held to nothing.
 */
const WAIT = "wait for the display, median";

type Series = Map<string, Sample[]>;

export async function runSoakBench(minutes: number): Promise<BenchRow[]> {
  await using scope = new Scope();
  const stack = await startStack({}, scope);
  const page = await (await openBrowser(scope)).newPage();
  await play(page, stack.url, "test-card");
  const series: Series = new Map();
  const random = seededRandom(7);
  const keep = (name: string, atMs: number, value: number) => series.set(name, [...(series.get(name) ?? []), { atMs, value }]);
  const startedAtMs = performance.now();
  const durationMs = minutes * 60_000;
  let framesBefore = await framesShown(page);
  let lookedAtMs = startedAtMs;
  const look = async () => {
    for (let count = 0; count < PRESSES; count++) {
      await page.keyboard.press("KeyA");
      await page.waitForTimeout(PRESS_MS * (0.5 + random()));
    }
    const atMs = performance.now();
    const frames = await framesShown(page);
    keep("frames shown", atMs, ((frames - framesBefore) * 1000) / (atMs - lookedAtMs));
    [framesBefore, lookedAtMs] = [frames, atMs];
    const latency = await page.evaluate(() => window.__nearframe?.latency());
    if (latency) {
      keep(WHOLE, atMs, latency.p50Ms);
      const { presentMs, ...stages } = latency.stages;
      keep("click to decoded picture, by its stages' medians", atMs, Object.values(stages).reduce((sum: number, ms) => sum + (ms ?? 0), 0));
      if (presentMs !== undefined) keep(WAIT, atMs, presentMs);
    }
    for (const process of await descendants(stack.pid)) {
      const [role, mib] = [roleOf(process), await memoryMib(process.pid)];
      if (role !== undefined && mib !== undefined) keep(`memory of the ${role}`, atMs, mib);
    }
    process.stdout.write(`\r${Math.round((atMs - startedAtMs) / 1000)} s of ${minutes * 60}`);
  };
  try {
    while (performance.now() - startedAtMs < durationMs) await look();
  } catch (error) {
    // A browser that is gone after most of an hour leaves most of an hour to read.
    if (lookedAtMs - startedAtMs < KEPT_MS_MIN) throw error;
    console.warn(`\nthe soak ends early: ${String(error)}`);
  }
  console.log(`\nin ${PARTS} parts of the time, means:\n${courseOf(series)}`);
  const ranMinutes = Math.round((lookedAtMs - startedAtMs) / 60_000);
  const warmMs = startedAtMs + Math.min(WARM_UP_MS_MAX, WARM_UP_SHARE * durationMs);
  return [...series].toSorted(([a], [b]) => a.localeCompare(b)).flatMap(([name, samples]) => rowsOf(name, samples.filter(({ atMs }) => atMs >= warmMs), ranMinutes));
}

function rowsOf(name: string, samples: readonly Sample[], minutes: number): BenchRow[] {
  const slope = fitSlope(samples);
  if (!slope) return [];
  const { perHour, boundPerHour, mean } = slope;
  const { unit, goal, met } = judge(name, slope);
  return [
    { name: `soak of ${minutes} min: ${name}, mean`, unit, value: rounded(mean), goal: null, met: null },
    { name: `soak of ${minutes} min: ${name}, slope (within ${rounded(boundPerHour)})`, unit: `${unit} an hour`, value: rounded(perHour), goal, met },
  ];
}

function judge(name: string, slope: Slope): Pick<BenchRow, "unit" | "goal" | "met"> {
  const { memoryMibPerHour, latencyMsPerHour, fpsFewerPerHour } = LIMITS;
  if (name.startsWith("memory")) return { unit: "MiB", goal: `at most ${memoryMibPerHour} MiB an hour`, met: isFlat(slope, memoryMibPerHour) };
  if (name.startsWith("frames")) return { unit: "1/s", goal: "no fewer with time", met: isFlat({ ...slope, perHour: -slope.perHour }, fpsFewerPerHour) };
  if (name === WHOLE || name === WAIT) return { unit: "ms", goal: null, met: null };
  return { unit: "ms", goal: `at most ${latencyMsPerHour} ms an hour`, met: isFlat(slope, latencyMsPerHour) };
}

/** Means of each series over equal parts of the time: what a straight line leaves out. */
function courseOf(series: Series): string {
  return [...series].map(([name, samples]) => {
    const means = Array.from({ length: PARTS }, (_, part) => {
      const values = samples.slice(Math.floor((part * samples.length) / PARTS), Math.floor(((part + 1) * samples.length) / PARTS));
      return rounded(values.reduce((sum, { value }) => sum + value, 0) / values.length);
    });
    return `${name}: ${means.join(" ")}`;
  }).join("\n");
}

const roleOf = ({ command }: ProcessInfo): string | undefined => ROLES.find(([, pattern]) => pattern.test(command))?.[0];

/** Memory of its own: what it shares moves with the others. Undefined when it has ended. */
async function memoryMib(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => undefined);
  const kib = /^Anonymous:\s+(\d+) kB/m.exec(text ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) / 1024;
}

async function framesShown(page: Page): Promise<number> {
  return page.evaluate(() => {
    const quality = document.querySelector("video")?.getVideoPlaybackQuality();
    return quality ? quality.totalVideoFrames - quality.droppedVideoFrames : 0;
  });
}
