// `npm test`: runs the stages in order and closes with one line that sums them up.

import path from "node:path";
import { parseTestOptions } from "../commands/options.mjs";
import { endRunningTools } from "./run-tool.ts";
import { runStage } from "./stages.ts";
import { addTallies, formatTally, type Tally } from "./tally.ts";

const SECOND_PRESS_MS = 1_000;

const root = path.join(import.meta.dirname, "..", "..");
const { stages, filters, bail } = parseTestOptions(process.argv.slice(2));

let stoppedAtMs: number | undefined;
const stop = () => {
  // A terminal's Ctrl-C arrives from the terminal and again from npm; only a later one is in a hurry.
  const hurry = stoppedAtMs !== undefined && performance.now() - stoppedAtMs > SECOND_PRESS_MS;
  stoppedAtMs ??= performance.now();
  endRunningTools(hurry ? "SIGKILL" : "SIGTERM");
};
process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
if (process.channel) {
  process.on("disconnect", stop);
  process.channel.unref();
}

const tallies: Tally[] = [];
for (const [index, stage] of stages.entries()) {
  const startedAtMs = performance.now();
  console.log(`\n[${index + 1}/${stages.length}] ${stage}`);
  const tally = await runStage(stage, root, filters);
  if (stoppedAtMs !== undefined) break;
  tallies.push(tally);
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  console.log(`[${index + 1}/${stages.length}] ${stage}: ${formatTally(tally)} in ${seconds} s`);
  if (bail && tally.failed > 0) break;
}

const total = addTallies(tallies);
if (stoppedAtMs !== undefined) {
  console.error("\nThe tests were stopped.");
  process.exitCode = 130;
} else {
  console.log(`\n${formatTally(total)}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}
