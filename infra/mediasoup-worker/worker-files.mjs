// Where mediasoup's worker lies: in its npm package, where mediasoup looks for
// it, and in a cache that outlives `npm ci`.

import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/**
 * @typedef {object} WorkerFiles
 * @property {string} packageFolder  The npm package.
 * @property {string} installed      Where mediasoup looks.
 * @property {string} cacheFolder
 * @property {string} cachedBuild       Built here, by the present recipe.
 * @property {string} cachedDownload    Made and checked by mediasoup's authors.
 */

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<WorkerFiles>}
 */
export async function locateWorker(root, env) {
  const packageFolder = path.join(root, "node_modules", "mediasoup");
  const { version } = JSON.parse(await readFile(path.join(packageFolder, "package.json"), "utf8"));
  const cacheFolder = path.resolve(env["MEDIASOUP_WORKER_CACHE"] ?? path.join(os.homedir(), ".cache", "mediasoup-worker"));
  const name = `${version}-${process.platform}-${process.arch}`;
  return {
    packageFolder,
    installed: path.join(packageFolder, "worker", "out", "Release", "mediasoup-worker"),
    cacheFolder,
    cachedBuild: path.join(cacheFolder, `${name}-built-${await hashRecipe()}`),
    cachedDownload: path.join(cacheFolder, `${name}-downloaded`),
  };
}

/** Changes when the recipe does, so that a worker of an older recipe is not taken for it. */
async function hashRecipe() {
  const here = import.meta.dirname;
  const names = (await readdir(here, { recursive: true })).filter((name) => /(CMakeLists\.txt|\.h)$/.test(name)).sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\n`).update(await readFile(path.join(here, name)));
  return hash.digest("hex").slice(0, 12);
}

/**
 * Whether `file` is a worker that this machine can run: with the libraries it
 * was linked to gone, it is not. Without mediasoup's environment a worker says
 * so and exits with 41 (its main.cpp).
 *
 * @param {string} file
 */
export function workerRuns(file) {
  return spawnSync(file, { stdio: "ignore", env: {}, timeout: 5_000 }).status === 41;
}

/**
 * Whether what is in place came from a cache entry that is no longer the one to
 * take: mediasoup or the recipe has changed since. A worker that somebody else
 * put there is theirs, and stays.
 *
 * @param {WorkerFiles} files
 */
export async function isOutdated({ installed, cacheFolder, cachedBuild, cachedDownload }) {
  try {
    const target = await readlink(installed);
    return path.dirname(target) === cacheFolder && target !== cachedBuild && target !== cachedDownload;
  } catch (error) {
    // EINVAL: a file, not a link.
    if (["EINVAL", "ENOENT"].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? "")) return false;
    throw error;
  }
}

/**
 * Keeps a worker in the cache. Nobody ever sees half a file.
 *
 * @param {string} made
 * @param {string} cached
 */
export async function keepWorker(made, cached) {
  const part = `${cached}.${process.pid}`;
  await mkdir(path.dirname(cached), { recursive: true });
  try {
    await copyFile(made, part);
    await chmod(part, 0o755);
    await rename(part, cached);
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * Puts a worker of the cache where mediasoup looks.
 *
 * @param {string} cached
 * @param {string} installed
 */
export async function linkWorker(cached, installed) {
  await mkdir(path.dirname(installed), { recursive: true });
  await rm(installed, { force: true });
  await symlink(cached, installed);
}
