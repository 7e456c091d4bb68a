// npm run bench [-- pipeline|play ...] [-- --json FILE]
//
// Measures in one run, so that ratios hold whatever the machine does, prints a
// table, and keeps the last full run beside the code.

import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { BenchRow } from "./rows.ts";

const SUITES: Readonly<Record<string, { what: string; run: () => Promise<BenchRow[]> }>> = {
  pipeline: {
    what: "pixel change to first RTP packet, ours beside the fallback and GStreamer",
    run: async () => (await import("./pipeline/run.ts")).runPipelineBench(),
  },
  play: {
    what: "tap to first frame and click to photon in Chromium",
    run: async () => (await import("./play/run.ts")).runPlayBench(),
  },
  telemetry: {
    what: "sessions whose telemetry one core of the server carries",
    run: async () => (await import("./telemetry.ts")).runTelemetryBench(),
  },
  network: {
    what: "a step down, bursts of loss and an LTE drive, in Chromium through the relay",
    run: async () => (await import("./network/run.ts")).runNetworkBench(),
  },
};
const LATEST = path.join(import.meta.dirname, "results", "latest.json");

export type BenchReport = { machine: string; at: string; commit: string; rows: BenchRow[] };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, help: { type: "boolean", short: "h" } },
});
if (values.help || positionals.some((name) => !(name in SUITES))) {
  const unknown = positionals.filter((name) => !(name in SUITES));
  if (unknown.length > 0) console.error(`There is no benchmark called ${unknown.join(", ")}.`);
  console.log("npm run bench [-- SUITE ...] [--json FILE]\n");
  for (const [name, { what }] of Object.entries(SUITES)) console.log(`  ${name.padEnd(10)} ${what}`);
  process.exit(unknown.length > 0 ? 1 : 0);
}

const chosen = positionals.length > 0 ? positionals : Object.keys(SUITES);
const rows: BenchRow[] = [];
for (const name of chosen) {
  console.log(`measuring: ${SUITES[name]?.what}`);
  rows.push(...((await SUITES[name]?.run()) ?? []));
}
console.table(rows.map(({ met, ...row }) => ({ ...row, met: met === null ? "" : met ? "yes" : "NO" })));

const report: BenchReport = {
  machine: `${os.cpus()[0]?.model ?? "unknown CPU"}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  at: new Date().toISOString(),
  commit: commit(),
  rows,
};
const text = `${JSON.stringify(report, null, 2)}\n`;
if (values.json !== undefined) await writeFile(values.json, text);
if (positionals.length === 0) await writeFile(LATEST, text);

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown"; // Not a git checkout: an unpacked release.
  }
}
