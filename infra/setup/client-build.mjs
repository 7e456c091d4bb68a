// Builds the client's page with Vite, when its sources have changed since.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { node24Path } from "./node24.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const BUILD_LIMIT_MS = 5 * 60_000;

/** Where the page lies, below the repository. */
export const CLIENT_FOLDER = path.join("client", "dist");

/** Says what the page was built from. It lies with the page, so it goes when the page does. */
const STAMP_FILE = ".built-from";

/** @type {import("./run-steps.mjs").Step} */
export const clientBuild = {
  name: "client",
  async plan({ root, env }) {
    const dist = path.join(root, CLIENT_FOLDER);
    const stampFile = path.join(dist, STAMP_FILE);
    const stamp = await hashSources(root);
    const built = existsSync(stampFile) ? await readFile(stampFile, "utf8") : "";
    if (built === stamp) return undefined;
    return {
      detail: "build",
      run: async () => {
        await rm(stampFile, { force: true });
        await build(root, env);
        await writeFile(stampFile, stamp);
      },
    };
  },
};

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function build(root, env) {
  const node = await node24Path(root);
  if (!node) throw new SetupError("Node 24 is missing from node_modules: delete node_modules and run the same command again.");
  const vite = path.join(root, "node_modules", "vite", "bin", "vite.js");
  const { code, output, timedOut } = await runCommand(node, [vite, "build"], {
    cwd: path.join(root, "client"),
    env: { ...env, NODE_ENV: "production" },
    timeLimitMs: BUILD_LIMIT_MS,
  });
  if (code !== 0) {
    throw new SetupError(timedOut ? "Building the client did not finish in 5 minutes." : "The client could not be built.", {
      output: output.split("\n").slice(-20).join("\n"),
    });
  }
}

/**
 * A hash of everything that the page is made of.
 *
 * @param {string} root
 */
export async function hashSources(root) {
  const hash = createHash("sha256");
  const files = [
    "package-lock.json",
    "tsconfig.base.json",
    ...(await listFiles(root, "client")),
    ...(await listFiles(root, path.join("shared", "src"))),
  ];
  for (const file of files.sort()) {
    hash.update(`${file}\n`).update(await readFile(path.join(root, file)));
  }
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function listFiles(root, folder) {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !isTest(entry.name));
  const folders = entries.filter((entry) => entry.isDirectory() && !isOutput(entry.name));
  const below = await Promise.all(folders.map(({ name }) => listFiles(root, path.join(folder, name))));
  return [...files.map(({ name }) => path.join(folder, name)), ...below.flat()];
}

const isOutput = (/** @type {string} */ name) => name === "dist" || name === "node_modules" || name.startsWith(".");
const isTest = (/** @type {string} */ name) => /\.test\.tsx?$/.test(name);
