// The controller on every network, as a table:
//
//   node tests/net/simulation/measure.ts
//
// Each figure is the median of six seeds.

import { decisionAt, frameDelays, longestFreezeMs, quantile, reversals, utilisation } from "./read-run.ts";
import { allScenarios } from "./scenarios.ts";
import { scoreRun } from "./score-run.ts";
import { simulateSession } from "./simulate-session.ts";
import type { Run } from "./simulate-session.ts";

const SEEDS = [17, 34, 51, 68, 85, 102];
const WARM_MS = 2_000;

const COLUMNS: Record<string, (run: Run) => number> = {
  "delay p50": (run) => quantile(delays(run), 0.5),
  p95: (run) => quantile(delays(run), 0.95),
  p99: (run) => quantile(delays(run), 0.99),
  "used %": (run) => 100 * utilisation(run, WARM_MS, run.scenario.durationMs),
  "longest freeze": (run) => longestFreezeMs(run, 0, run.scenario.durationMs),
  "turns/min": (run) =>
    (60_000 * reversals(run, WARM_MS, run.scenario.durationMs, 0.2)) / (run.scenario.durationMs - WARM_MS),
  "kbit/s at 2 s": (run) => decisionAt(run, WARM_MS).bitrateKbps,
  "MOS, worst minute x100": (run) => 100 * Math.min(...scoreRun(run)),
};

function delays(run: Run): number[] {
  return frameDelays(run, WARM_MS, run.scenario.durationMs);
}

if (import.meta.main) {
  const rows: Record<string, Record<string, number>> = {};
  for (const [name, scenario] of Object.entries(await allScenarios())) {
    const runs = SEEDS.map((seed) => simulateSession({ ...scenario, seed }));
    rows[name] = Object.fromEntries(
      Object.entries(COLUMNS).map(([column, read]) => [column, Math.round(quantile(runs.map(read), 0.5))]),
    );
  }
  console.table(rows);
}
