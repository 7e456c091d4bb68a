// `npm test`: runs the stages in order and closes with one line that sums them up.

import path from "node:path";
import { parseTestOptions } from "../commands/options.mjs";
import { stopOnSignals } from "../start/stop-on-signals.ts";
import { endRunningTools } from "./run-tool.ts";
import { runStage, stageLimitMs } from "./stages.ts";
import { addTallies, formatNames, formatTally, type Tally } from "./tally.ts";

const root = path.join(import.meta.dirname, "..", "..");
const { stages, filters, bail } = parseTestOptions(process.argv.slice(2));

let stopped = false;
stopOnSignals({
  stop: () => {
    stopped = true;
    endRunningTools("SIGTERM");
  },
  hurry: () => endRunningTools("SIGKILL"),
});

const tallies: Tally[] = [];
for (const [index, stage] of stages.entries()) {
  const startedAtMs = performance.now();
  console.log(`\n[${index + 1}/${stages.length}] ${stage}`);
  const tally = await runStage(stage, root, filters, stageLimitMs(stage, startedAtMs));
  if (stopped) break;
  tallies.push(tally);
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  console.log(`[${index + 1}/${stages.length}] ${stage}: ${formatTally(tally)} in ${seconds} s`);
  if (bail && tally.failures.length > 0) break;
}

const total = addTallies(tallies);
if (stopped) {
  console.error("\nThe tests were stopped.");
  process.exitCode = 130;
} else {
  console.log(["", ...formatNames(total), "", formatTally(total)].join("\n"));
  process.exitCode = total.failures.length > 0 ? 1 : 0;
}
