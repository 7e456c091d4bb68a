// The machine's own stalls, measured beside a benchmark: how late a thread that only
// sleeps is woken, by its clock and by another thread. What is found here as well is the
// scheduler's or the host's, not the product's.

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { BenchRow } from "../rows.ts";
import { percentiles, rounded } from "../rows.ts";

const SLEEPER = fileURLToPath(new URL("./sleeper.ts", import.meta.url));
/** Longer than a frame at 60 a second has in all. */
const STALL_MS = 10;

/** Call the result once, to end it. */
export function watchStalls(name: string): () => Promise<BenchRow[]> {
  const sleeper = spawn(process.execPath, [SLEEPER], { stdio: ["pipe", "pipe", "inherit"] });
  const output = text(sleeper.stdout);
  return async () => {
    sleeper.stdin.end();
    const { lateMs, wakeMs } = JSON.parse(await output) as { lateMs: number[]; wakeMs: number[] };
    const stalls = lateMs.filter((ms) => ms > STALL_MS);
    const longest = lateMs.reduce((most, ms) => Math.max(most, ms), 0);
    const row = (what: string, figures: Partial<BenchRow> & { unit: string }): BenchRow => ({
      name: `this machine, during ${name}: ${what}`, ...figures, goal: null, met: null,
    });
    return [
      row("a sleep of 2 ms overslept", { unit: "ms", ...percentiles(lateMs) }),
      row("a thread woken, and back", { unit: "ms", ...percentiles(wakeMs) }),
      row("longest stall", { unit: "ms", value: rounded(longest) }),
      row(`stalls over ${STALL_MS} ms, of ${lateMs.length} sleeps`, { unit: "stalls", value: stalls.length }),
    ];
  };
}
