// Installs what package-lock.json names, when what lies in node_modules is not
// that. npm's own record of an install (node_modules/.package-lock.json) is
// compared with the lock file, so no stamp of ours can go stale.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { node24Path } from "./node24.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** Of the time that an install takes, on a 100 Mbit/s line; the rest is unpacking. */
const FETCH_SHARE = 0.6;
const TIME_LIMIT_MS = 15 * 60_000;

/**
 * @typedef {{ version?: string, resolved?: string, integrity?: string, link?: boolean, optional?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lock
 */

/**
 * The packages that `lock` names and `installed` lacks or has in another version.
 *
 * An optional package that is absent does not count: most are for other
 * platforms, and npm leaves out those.
 *
 * @param {Lock} lock
 * @param {Lock} installed
 * @returns {string[]}
 */
export function missingDependencies(lock, installed) {
  const have = installed.packages ?? {};
  return Object.entries(lock.packages ?? {})
    .filter(([place, wanted]) => {
      if (!place.includes("node_modules/")) return false;
      const found = have[place];
      if (!found) return wanted.optional !== true;
      return wanted.link ? found.resolved !== wanted.resolved : found.version !== wanted.version;
    })
    .map(([place]) => place);
}

/** @type {import("./run-steps.mjs").Step} */
export const npmDependencies = {
  name: "npm packages",
  async plan({ root, env }) {
    const lock = await readLock(path.join(root, "package-lock.json"));
    if (!lock) throw new SetupError("package-lock.json is missing: this is not a whole checkout, clone the repository again.");
    const installed = (await readLock(path.join(root, "node_modules", ".package-lock.json"))) ?? {};
    const missing = missingDependencies(lock, installed);
    if (missing.length === 0 && (await node24Path(root))) return undefined;
    return {
      detail: `${Object.keys(lock.packages ?? {}).length} in the lock file, Node 24 among them`,
      run: (report) => install(root, env, missing.length, report),
    };
  },
};

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {number} expected
 * @param {(advance: import("./progress.mjs").Advance) => void} report
 */
async function install(root, env, expected, report) {
  let fetched = 0;
  const { code, output, timedOut } = await runCommand(
    "npm",
    // All of them, whatever NODE_ENV or the person's npm settings leave out elsewhere.
    ["ci", "--include=dev", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=http"],
    {
      cwd: root,
      env: withoutLocalNode(env, root),
      timeLimitMs: TIME_LIMIT_MS,
      onLine: (line) => {
        if (!/^npm http (fetch|cache) /.test(line)) return;
        fetched++;
        report(fetched < expected ? { share: (fetched / expected) * FETCH_SHARE } : { share: FETCH_SHARE, text: "unpacking" });
      },
    },
  );
  if (timedOut) throw new SetupError("npm did not finish in 15 minutes: check the network, then run the same command again.", { output });
  if (code !== 0) throw new SetupError(explainNpmFailure(output), { output: firstErrors(output) });
  if (!(await node24Path(root))) {
    throw new SetupError(
      `npm brought no Node 24 for this machine (${process.platform} ${process.arch}): Nearframe runs on Linux, x64 or arm64.`,
    );
  }
}

/**
 * npm must not run on the Node that it is about to replace.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} root
 */
function withoutLocalNode(env, root) {
  const local = path.join(root, "node_modules", ".bin");
  const folders = (env["PATH"] ?? "").split(path.delimiter).filter((folder) => path.resolve(folder) !== local);
  return { ...env, PATH: folders.join(path.delimiter) };
}

/** @param {string} output */
export function explainNpmFailure(output) {
  if (/\bE?NOTFOUND\b|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network request/i.test(output)) {
    return "npm could not reach its registry: check the network (or npm's proxy setting), then run the same command again.";
  }
  if (/ENOSPC/.test(output)) return "The disk is full: npm needs about 1 GB, free some and run the same command again.";
  if (/EACCES|EPERM/.test(output)) return "npm may not write to node_modules: give this folder to your user, or delete node_modules.";
  if (/\bEUSAGE\b|can only install packages when/.test(output)) {
    return "package.json and package-lock.json disagree: run `npm install` and commit the lock file.";
  }
  return "npm could not install the packages.";
}

/**
 * npm says what is wrong first, then everything else that it knows.
 *
 * @param {string} output
 */
function firstErrors(output) {
  const errors = output.split("\n").filter((line) => line.startsWith("npm error") && line.trim() !== "npm error");
  return errors.slice(0, 12).join("\n");
}

/**
 * @param {string} file
 * @returns {Promise<Lock | undefined>}
 */
async function readLock(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    // Absent, or cut off by an install that was interrupted: either way it vouches for nothing.
    if (error instanceof SyntaxError || /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return undefined;
    throw error;
  }
}
