// Makes the profile files beside it. Run it again after a change:
//
//   node tests/net/traces/generate.ts
//
// The numbers are ours: drawn from seeded random walks whose shapes (how often a
// cell changes, how deep a fade goes, how long a queue is) follow what is
// commonly published about each kind of network. No recording was copied, and
// `traces.test.ts` checks that the files are what this program makes.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { chance, exponential, normal } from "../link/random.ts";

const MADE_BY = "tests/net/traces/generate.ts";

/** Draws in order, for makers of series. */
class Dice {
  readonly #seed: number;
  #place = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  uniform(min = 0, max = 1): number {
    return min + (max - min) * chance(this.#seed, this.#place++, 0);
  }

  normal(): number {
    return normal(this.uniform(), this.uniform());
  }

  exponential(mean: number): number {
    return mean * exponential(this.uniform());
  }
}

type Steps = { rateKbps: number[]; delayMs?: number[]; lossFraction?: number[] };

/**
 * A walk that wanders about `meanKbps` in the logarithm, with a memory of
 * `memorySteps`, so that halving is as likely as doubling.
 */
function wanderingRate(dice: Dice, steps: number, meanKbps: number, spread: number, memorySteps: number): number[] {
  const keep = Math.exp(-1 / memorySteps);
  let wander = 0;
  return Array.from({ length: steps }, () => {
    wander = keep * wander + Math.sqrt(1 - keep * keep) * dice.normal();
    return meanKbps * Math.exp(spread * wander - (spread * spread) / 2);
  });
}

/** Two minutes in a car: fading, a change of cell every 20 s or so, one bridge with hardly any signal. */
function lteDrive(): Steps {
  const dice = new Dice(11);
  const stepMs = 100;
  const steps = 1_200;
  const rateKbps = wanderingRate(dice, steps, 20_000, 0.55, 25).map((kbps) => Math.min(48_000, Math.max(1_800, kbps)));
  const delayMs = wanderingRate(dice, steps, 8, 0.5, 10).map((ms) => Math.min(40, ms));

  for (let atMs = dice.exponential(20_000); atMs < steps * stepMs; atMs += 6_000 + dice.exponential(16_000)) {
    // The old cell fades for a second, then nothing is sent until the new one answers.
    const handover = Math.floor(atMs / stepMs);
    const fade = 10;
    const stall = 1 + Math.floor(dice.uniform(0, 2));
    for (let step = 0; step < fade; step++) scaleAt(rateKbps, handover - fade + step, 1 - (0.7 * step) / fade);
    for (let step = 0; step < stall; step++) setAt(rateKbps, handover + step, 0);
    for (let step = 0; step < 5; step++) setAt(delayMs, handover + stall + step, 30 - 5 * step);
  }
  // 60 s in: the bridge.
  for (let step = 600; step < 660; step++) setAt(rateKbps, step, 1_500 + 700 * dice.uniform());
  return { rateKbps, delayMs };
}

/** A shared channel at 5 m: 45 Mbit/s in peace, and neighbours who burst into it every few seconds. */
function wifiInterference(): Steps {
  const dice = new Dice(23);
  const stepMs = 50;
  const steps = 1_200;
  const rateKbps = wanderingRate(dice, steps, 45_000, 0.15, 40);
  const delayMs = Array.from({ length: steps }, () => dice.exponential(1.5));
  const lossFraction = Array.from({ length: steps }, () => 0.002);
  for (let atMs = 1_500; atMs < steps * stepMs; atMs += 1_500 + dice.exponential(3_000)) {
    const from = Math.floor(atMs / stepMs);
    const length = 3 + Math.floor(dice.uniform(0, 18));
    const strength = dice.uniform(0.12, 0.45);
    for (let step = from; step < from + length; step++) {
      scaleAt(rateKbps, step, strength * dice.uniform(0.7, 1.3));
      setAt(delayMs, step, 3 + dice.exponential(6));
      setAt(lossFraction, step, dice.uniform(0.02, 0.08));
    }
  }
  return { rateKbps, delayMs, lossFraction };
}

/** 12 Mbit/s at a constant rate, of which the household takes its share now and then. */
function dslHousehold(): Steps {
  const dice = new Dice(37);
  const steps = 180;
  const rateKbps = Array.from({ length: steps }, () => 12_000);
  for (let second = 12; second < steps / 2; second += 10 + dice.exponential(12)) {
    const length = 6 + Math.floor(dice.uniform(0, 10));
    const share = dice.uniform(0.4, 0.65);
    for (let step = 0; step < length; step++) scaleAt(rateKbps, Math.floor(second * 2) + step, share);
  }
  return { rateKbps };
}

/** 1.5 to 6 Mbit/s, slow to change, slow to answer. */
function threeG(): Steps {
  const dice = new Dice(41);
  const rateKbps = wanderingRate(dice, 600, 3_200, 0.35, 30).map((kbps) => Math.min(6_500, Math.max(900, kbps)));
  return { rateKbps, delayMs: wanderingRate(dice, 600, 20, 0.5, 12).map((ms) => Math.min(90, ms)) };
}

/** A low orbit: every 15 s another satellite, with a gap and another distance. */
function satellite(): Steps {
  const dice = new Dice(53);
  const stepMs = 100;
  const steps = 900;
  const rateKbps = wanderingRate(dice, steps, 60_000, 0.3, 30);
  const delayMs: number[] = [];
  const lossFraction = Array.from({ length: steps }, () => 0.003);
  let baseMs = 0;
  for (let step = 0; step < steps; step++) {
    if ((step * stepMs) % 15_000 === 0) {
      baseMs = dice.uniform(0, 14);
      setAt(rateKbps, step, 0);
      setAt(lossFraction, step, 0.3);
    }
    delayMs.push(baseMs + dice.exponential(1));
  }
  return { rateKbps, delayMs, lossFraction };
}

function setAt(column: number[], step: number, value: number): void {
  if (step >= 0 && step < column.length) column[step] = value;
}

function scaleAt(column: number[], step: number, factor: number): void {
  const value = column[step];
  if (value !== undefined) column[step] = value * factor;
}

function traceOf(stepMs: number, { rateKbps, delayMs, lossFraction }: Steps) {
  return {
    stepMs,
    rateKbps: rateKbps.map((kbps) => Math.round(kbps / 10) * 10),
    ...(delayMs && { delayMs: delayMs.map((ms) => Math.round(ms * 10) / 10) }),
    ...(lossFraction && { lossFraction: lossFraction.map((part) => Math.round(part * 1_000) / 1_000) }),
  };
}

const jitter = (kind: "uniform" | "normal" | "exponential", ms: number, everyMs = 10) => ({ kind, ms, everyMs });

/** File name without ".json", and what is in it. */
export function makeProfiles() {
  return {
    steady: {
      about: "Cable or fibre in peace: 20 Mbit/s, 20 ms round trip, hardly any jitter.",
      madeBy: MADE_BY,
      up: { delayMs: 10, jitter: jitter("normal", 0.3), rateKbps: 10_000, queueMs: 150 },
      down: { delayMs: 10, jitter: jitter("normal", 0.3), rateKbps: 20_000, queueMs: 150 },
    },
    "lte-drive": {
      about: "LTE in a car: 2 to 48 Mbit/s, handovers that stall, a deep queue, one bridge at 2 Mbit/s.",
      madeBy: MADE_BY,
      up: { delayMs: 20, jitter: jitter("exponential", 4), rateKbps: 8_000, queueMs: 400 },
      down: { delayMs: 18, jitter: jitter("exponential", 2), queueMs: 600, trace: traceOf(100, lteDrive()) },
    },
    "wifi-interference": {
      about: "Wi-Fi among neighbours: 45 Mbit/s, bursts of interference that slow, delay and lose.",
      madeBy: MADE_BY,
      up: { delayMs: 4, jitter: jitter("exponential", 2, 5), lossFraction: 0.005, rateKbps: 30_000, queueMs: 150 },
      down: {
        delayMs: 4,
        burstLoss: { fraction: 0.003, packets: 4 },
        queueMs: 120,
        trace: traceOf(50, wifiInterference()),
      },
    },
    "dsl-bufferbloat": {
      about: "DSL with a second of queue: 12 Mbit/s shared with a household, 1 Mbit/s up.",
      madeBy: MADE_BY,
      up: { delayMs: 12, jitter: jitter("normal", 0.5), rateKbps: 1_000, queueMs: 1_200 },
      down: { delayMs: 12, jitter: jitter("normal", 0.5), queueMs: 1_000, trace: traceOf(500, dslHousehold()) },
    },
    "3g": {
      about: "A village: 1 to 6 Mbit/s, 130 ms round trip and more, a deep queue.",
      madeBy: MADE_BY,
      up: { delayMs: 60, jitter: jitter("exponential", 8), rateKbps: 800, queueMs: 1_000 },
      down: { delayMs: 50, jitter: jitter("exponential", 6), queueMs: 1_000, trace: traceOf(100, threeG()) },
    },
    satellite: {
      about: "Satellite in low orbit: 60 Mbit/s, 50 ms round trip, another satellite every 15 s.",
      madeBy: MADE_BY,
      up: { delayMs: 22, jitter: jitter("exponential", 3), lossFraction: 0.004, rateKbps: 10_000, queueMs: 200 },
      down: { delayMs: 20, jitter: jitter("exponential", 2), queueMs: 150, trace: traceOf(100, satellite()) },
    },
    "burst-loss": {
      about: "A clean 50 Mbit/s path that loses 3 % of its packets, on the way down in runs of 8.",
      madeBy: MADE_BY,
      // A run of 8 lasts 4 ms in a video stream and a tenth of a second in what goes up.
      up: { delayMs: 10, lossFraction: 0.03 },
      down: { delayMs: 10, burstLoss: { fraction: 0.03, packets: 8 }, rateKbps: 50_000 },
    },
  };
}

/** Readable in a review: one line for each scalar, twenty values a line for a column. */
export function formatProfile(profile: unknown): string {
  const text = JSON.stringify(profile, null, 2);
  const columns = text.replace(/\[\n\s+([-\d.,\s]+)\n(\s+)\]/g, (_all, values: string, indent: string) => {
    const numbers = values.split(/,\s*/);
    const lines: string[] = [];
    for (let from = 0; from < numbers.length; from += 20) lines.push(numbers.slice(from, from + 20).join(", "));
    return `[\n${lines.map((line) => `${indent}  ${line}`).join(",\n")}\n${indent}]`;
  });
  return `${columns}\n`;
}

if (import.meta.main) {
  for (const [name, profile] of Object.entries(makeProfiles())) {
    await writeFile(path.join(import.meta.dirname, `${name}.json`), formatProfile(profile));
  }
}
