// npm run simulate [-- --players N] [-- --seed N]
//
// A day of players over a map of real cities, as the number of nodes grows: our placement
// beside a random one and beside the nearest by geography. Prints a table, and writes it
// with a plot into the documentation.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { readSimulatedCities } from "./cities.ts";
import { playDay } from "./play-day.ts";
import type { Day } from "./play-day.ts";
import { drawPlot } from "./plot.ts";
import { STRATEGIES, STRATEGY_WORDS, createStrategy } from "./strategies.ts";
import type { StrategyName } from "./strategies.ts";
import { createWorld } from "./world.ts";

const NODE_COUNTS = [50, 150, 500, 1_500, 5_000];
const ROOT = path.join(import.meta.dirname, "..", "..");
const PLOT = path.join(ROOT, "docs", "images", "placement-simulation.svg");
const PAGE = path.join(ROOT, "docs", "placement.md");

export type Result = {
  strategy: StrategyName;
  nodes: number;
  medianMs: number;
  p95Ms: number;
  under40Share: number;
  waitedShare: number;
  waitP95S: number;
  gaveUpShare: number;
};

const { values } = parseArgs({
  options: { players: { type: "string", default: "2500" }, seed: { type: "string", default: "1" }, "no-write": { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
if (values.help) {
  console.log("npm run simulate [-- --players N] [--seed N] [--no-write]");
  process.exit(0);
}
const players = Number(values.players);
const seed = Number(values.seed);
if (!Number.isInteger(players) || players < 1 || !Number.isInteger(seed)) {
  console.error("--players and --seed are whole numbers, and there is at least one player.");
  process.exit(1);
}

const startedAt = performance.now();
const cities = await readSimulatedCities();
const results: Result[] = [];
for (const nodeCount of NODE_COUNTS) {
  const world = createWorld(cities, players, nodeCount, seed);
  for (const strategy of STRATEGIES) {
    const day = playDay(world, createStrategy(strategy, world.nodes, world.network, seed));
    results.push(resultOf(strategy, nodeCount, day));
  }
  console.log(`${nodeCount} nodes done after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}
const table = tableOf(results);
console.log(table);
if (!values["no-write"]) {
  await mkdir(path.dirname(PLOT), { recursive: true });
  await writeFile(PLOT, drawPlot(results));
  await writeIntoPage(table);
}

function resultOf(strategy: StrategyName, nodes: number, { rttMs, waitedMs, gaveUp, asked }: Day): Result {
  const sorted = rttMs.toSorted((a, b) => a - b);
  const waits = waitedMs.toSorted((a, b) => a - b);
  const at = (list: readonly number[], share: number) => list[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN;
  return {
    strategy,
    nodes,
    medianMs: at(sorted, 0.5),
    p95Ms: at(sorted, 0.95),
    // Of all who asked: who gave up did not play near.
    under40Share: sorted.filter((rtt) => rtt < 40).length / asked,
    waitedShare: waits.filter((waited) => waited > 0).length / asked,
    waitP95S: at(waits, 0.95) / 1_000,
    gaveUpShare: gaveUp / asked,
  };
}

function tableOf(rows: readonly Result[]): string {
  const head = "| nodes | placement | median RTT, ms | p95 RTT, ms | under 40 ms | waited | wait p95, s | gave up |\n| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |";
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const lines = rows.map(
    ({ nodes, strategy, medianMs, p95Ms, under40Share, waitedShare, waitP95S, gaveUpShare }) =>
      `| ${nodes.toLocaleString("en")} | ${STRATEGY_WORDS[strategy]} | ${medianMs.toFixed(1)} | ${p95Ms.toFixed(1)} | ${percent(under40Share)} | ${percent(waitedShare)} | ${waitP95S.toFixed(0)} | ${percent(gaveUpShare)} |`,
  );
  return [head, ...lines].join("\n");
}

/** Between its two marks; the rest of the page is written by hand. */
async function writeIntoPage(text: string): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [begin, end] = ["<!-- simulation: begin -->", "<!-- simulation: end -->"];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${PAGE} lacks the marks "${begin}" and "${end}"`);
  const about = `${players.toLocaleString("en")} players, seed ${seed}.`;
  await writeFile(PAGE, `${page.slice(0, from + begin.length)}\n\n${about}\n\n${text}\n\n${page.slice(to)}`);
}
