// npm run bench [-- pipeline|play ...] [-- --json FILE]
// npm run bench -- soak --minutes 60
//
// Measures in one run, so that ratios hold whatever the machine does, prints a
// table, and keeps the last full run beside the code.

import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { watchStalls } from "./machine/stalls.ts";
import type { BenchRow } from "./rows.ts";

type Suite = {
  what: string;
  run: (options: { minutes: number }) => Promise<BenchRow[]>;
  /** Too long for the run of all; only when it is named. */
  onlyNamed?: true;
  /** What is timed waits for the scheduler too: its stalls are measured beside. */
  withStalls?: true;
};

const SUITES: Readonly<Record<string, Suite>> = {
  pipeline: {
    what: "pixel change to first RTP packet, ours beside the fallback and GStreamer",
    run: async () => (await import("./pipeline/run.ts")).runPipelineBench(),
    withStalls: true,
  },
  sfu: {
    what: "a packet's way through the media server alone",
    run: async () => (await import("./sfu/run.ts")).runSfuBench(),
    withStalls: true,
  },
  play: {
    what: "tap to first frame and click to photon in Chromium",
    run: async () => (await import("./play/run.ts")).runPlayBench(),
    withStalls: true,
  },
  starts: {
    what: "tap to first frame of a new player, by runtime, with and without a warm title",
    run: async () => (await import("./play/starts.ts")).runStartsBench(),
    withStalls: true,
  },
  resume: {
    what: "a paused title, from the tap to its next picture in Chromium",
    run: async () => (await import("./play/resume.ts")).runResumeBench(),
    withStalls: true,
  },
  android: {
    what: "a device's coded frame through the node, to its last RTP packet",
    run: async () => (await import("./android/run.ts")).runAndroidBench(),
    withStalls: true,
  },
  client: {
    what: "the first page: how much is fetched, and how soon it shows on a slow phone",
    run: async () => (await import("./client/run.ts")).runClientBench(),
    withStalls: true,
  },
  telemetry: {
    what: "sessions whose telemetry one core of the server carries",
    run: async () => (await import("./telemetry.ts")).runTelemetryBench(),
  },
  checking: {
    what: "a day of checkers' reports judged again, and minutes of play",
    run: async () => (await import("./checking.ts")).runCheckingBench(),
  },
  indexer: {
    what: "placements, heartbeats and memory of one core with up to 100,000 nodes",
    run: async () => (await import("./indexer/run.ts")).runIndexerBench(),
  },
  cluster: {
    what: "messages, leases and rows between servers, alone and on NATS and PostgreSQL",
    run: async () => (await import("./cluster/run.ts")).runClusterBench(),
    withStalls: true,
  },
  transfer: {
    what: "saves and titles between a node and a server, over loopback",
    run: async () => (await import("./transfer/run.ts")).runTransferBench(),
  },
  network: {
    what: "a step down, bursts of loss and an LTE drive, in Chromium through the relay",
    run: async () => (await import("./network/run.ts")).runNetworkBench(),
    withStalls: true,
  },
  density: {
    what: "sessions of a light title that this machine carries at full rate, and what limits them",
    run: async () => (await import("./density/run.ts")).runDensityBench(),
    withStalls: true,
  },
  soak: {
    what: "latency and memory of a session that goes on and on",
    run: async ({ minutes }) => (await import("./soak/run.ts")).runSoakBench(minutes),
    onlyNamed: true,
  },
};
const SOAK_MINUTES = 60;
const LATEST = path.join(import.meta.dirname, "results", "latest.json");

export type BenchReport = {
  machine: string;
  at: string;
  commit: string;
  rows: BenchRow[];
  /** Suites that gave no rows, and why. */
  failed: Record<string, string>;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, minutes: { type: "string" }, help: { type: "boolean", short: "h" } },
});
const minutes = Number(values.minutes ?? SOAK_MINUTES);
if (!(minutes > 0)) {
  console.error(`--minutes ${values.minutes} is no length of time; say how many minutes the soak takes.`);
  process.exit(1);
}
if (values.help || positionals.some((name) => !(name in SUITES))) {
  const unknown = positionals.filter((name) => !(name in SUITES));
  if (unknown.length > 0) console.error(`There is no benchmark called ${unknown.join(", ")}.`);
  console.log("npm run bench [-- SUITE ...] [--json FILE] [--minutes N, of the soak]\n");
  for (const [name, { what }] of Object.entries(SUITES)) console.log(`  ${name.padEnd(10)} ${what}`);
  process.exit(unknown.length > 0 ? 1 : 0);
}

const chosen = positionals.length > 0 ? positionals : Object.keys(SUITES).filter((name) => !SUITES[name]?.onlyNamed);
const report: BenchReport = {
  machine: `${os.cpus()[0]?.model ?? "unknown CPU"}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
  at: new Date().toISOString(),
  commit: commit(),
  rows: [],
  failed: {},
};
const keep = (file: string) => writeFile(file, `${JSON.stringify(report, null, 2)}\n`);

for (const name of chosen) {
  const suite = SUITES[name];
  if (!suite) continue;
  console.log(`measuring: ${suite.what}`);
  const rows: BenchRow[] = [];
  const stalls = suite.withStalls && watchStalls(name);
  try {
    rows.push(...(await suite.run({ minutes })));
  } catch (error) {
    // The others are measured as well; all are told, and kept.
    console.error(`${name} could not be measured:`, error);
    report.failed[name] = String(error);
    process.exitCode = 1;
  }
  if (stalls) rows.push(...(await stalls()));
  console.table(rows.map(({ met, ...row }) => ({ ...row, met: met === null ? "" : met ? "yes" : "NO" })));
  report.rows.push(...rows);
  // As it goes: minutes of measuring are not lost with the rest.
  if (values.json !== undefined) await keep(values.json);
}
if (positionals.length === 0) await keep(LATEST);

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown"; // Not a git checkout: an unpacked release.
  }
}
