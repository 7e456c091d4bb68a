// Gets mediasoup's worker, the program that sends the media. In this order:
// MEDIASOUP_WORKER_BIN, what is in place, the cache, mediasoup's own download
// with a short time limit, a build from source. Two steps, because what a build
// needs from Debian is installed between them.

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { buildWorker } from "../mediasoup-worker/build-worker.mjs";
import { isOutdated, keepWorker, linkWorker, locateWorker, workerRuns } from "../mediasoup-worker/worker-files.mjs";
import { node24Path } from "./node24.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const DOWNLOAD_LIMIT_MS = 30_000;

/** @type {import("./run-steps.mjs").Step} */
export const mediaWorker = {
  name: "media worker",
  async plan(context) {
    const given = context.env["MEDIASOUP_WORKER_BIN"];
    if (given) {
      if (!workerRuns(given)) {
        throw new SetupError(`MEDIASOUP_WORKER_BIN names ${given}, which is no mediasoup worker that runs here: correct it or unset it.`);
      }
      return undefined;
    }
    const files = await locateWorker(context.root, context.env);
    if (!(await isOutdated(files)) && workerRuns(files.installed)) return undefined;
    for (const cached of [files.cachedDownload, files.cachedBuild]) {
      if (existsSync(cached) && workerRuns(cached)) {
        await linkWorker(cached, files.installed);
        return undefined;
      }
    }
    return {
      detail: "download",
      run: async () => {
        context.workerToBuild = !(await download(context, files));
        return context.workerToBuild ? "not to be had from here; built below" : "done";
      },
    };
  },
};

/** @type {import("./run-steps.mjs").Step} */
export const mediaWorkerBuild = {
  name: "media worker",
  async plan(context) {
    if (!context.workerToBuild) return undefined;
    const files = await locateWorker(context.root, context.env);
    return { detail: "build from source, once, about 2 minutes", run: (report) => buildWorker(files, report) };
  },
};

/**
 * Runs mediasoup's own install script for its download alone: the build that it
 * would fall back to starts with Python, and is given none.
 *
 * @param {import("./run-steps.mjs").SetupContext} context
 * @param {import("../mediasoup-worker/worker-files.mjs").WorkerFiles} files
 * @returns {Promise<boolean>}
 */
async function download({ root, env }, files) {
  const node = await node24Path(root);
  if (!node) throw new SetupError("Node 24 is missing from node_modules: delete node_modules and run the same command again.");
  // A link into the cache is not to be written through.
  await rm(files.installed, { force: true });
  await runCommand(node, [path.join(files.packageFolder, "npm-scripts.mjs"), "postinstall"], {
    cwd: files.packageFolder,
    env: { ...env, PYTHON: "false" },
    timeLimitMs: DOWNLOAD_LIMIT_MS,
  });
  if (!workerRuns(files.installed)) {
    await rm(files.installed, { force: true }); // Half a file, where the limit cut the download off.
    return false;
  }
  await keepWorker(files.installed, files.cachedDownload);
  await linkWorker(files.cachedDownload, files.installed);
  return true;
}
