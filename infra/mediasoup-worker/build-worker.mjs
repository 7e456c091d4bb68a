// Builds mediasoup's worker from the source in its npm package, against Debian's
// libraries and without network: about 2 minutes on 2 cores.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runCommand } from "../setup/run-command.mjs";
import { SetupError } from "../setup/setup-error.mjs";
import { keepWorker, linkWorker, workerRuns } from "./worker-files.mjs";

const CONFIGURE_LIMIT_MS = 2 * 60_000;
const BUILD_LIMIT_MS = 30 * 60_000;

/**
 * @param {import("./worker-files.mjs").WorkerFiles} files
 * @param {(advance: import("../setup/progress.mjs").Advance) => void} report
 */
export async function buildWorker(files, report) {
  const buildFolder = await mkdtemp(path.join(os.tmpdir(), "mediasoup-worker-"));
  try {
    report({ text: "looking for the compiler and the libraries" });
    const definitions = [`-DMEDIASOUP_DIR=${files.packageFolder}`, "-DCMAKE_BUILD_TYPE=Release"];
    await runTool("cmake", ["-G", "Ninja", "-S", import.meta.dirname, "-B", buildFolder, ...definitions], CONFIGURE_LIMIT_MS);
    await runTool("cmake", ["--build", buildFolder], BUILD_LIMIT_MS, (line) => {
      const share = parseNinjaShare(line);
      if (share !== undefined) report({ share });
    });
    const made = path.join(buildFolder, "mediasoup-worker");
    await runTool("strip", [made], 60_000);
    if (!workerRuns(made)) throw new SetupError("The media worker that was built does not run on this machine.");
    await keepWorker(made, files.cachedBuild);
    await linkWorker(files.cachedBuild, files.installed);
  } finally {
    await rm(buildFolder, { recursive: true, force: true });
  }
}

/**
 * Ninja says "[7/24] Building CXX object ...".
 *
 * @param {string} line
 * @returns {number | undefined}
 */
export function parseNinjaShare(line) {
  const found = /^\[(\d+)\/(\d+)\]/.exec(line);
  return found ? Number(found[1]) / Number(found[2]) : undefined;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {number} timeLimitMs
 * @param {(line: string) => void} [onLine]
 */
async function runTool(command, args, timeLimitMs, onLine = () => {}) {
  const { code, output, timedOut } = await runCommand(command, args, { timeLimitMs, onLine });
  if (code === 0) return;
  const reason = timedOut
    ? "did not finish in time"
    : /Killed signal|cc1plus.*memory|out of memory/i.test(output)
      ? "ran out of memory (it takes about 3 GB)"
      : "failed";
  throw new SetupError(`Building the media worker ${reason}. Set MEDIASOUP_WORKER_BIN to a mediasoup worker that you have, or try again.`, {
    output: output.split("\n").slice(-15).join("\n"),
  });
}
