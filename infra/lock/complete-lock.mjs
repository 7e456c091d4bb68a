// Completes package-lock.json: `node infra/lock/complete-lock.mjs`.
//
// A registry mirror may carry only some platforms of a package that ships one
// binary package for each. npm then leaves the others out of the lock file, and
// `npm ci` refuses that file everywhere. What is left out is known all the same:
// the package names it with its exact version, and its name says the platform.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @typedef {{ name: string, version: string, dev: boolean }} LeftOut */

/**
 * The optional packages that the lock file mentions and does not lock.
 *
 * @param {Readonly<Record<string, LockEntry>>} packages
 * @returns {LeftOut[]}
 */
export function listLeftOut(packages) {
  return Object.entries(packages).flatMap(([place, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${place}/node_modules/${name}` in packages))
      .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
  );
}

/**
 * "@oxlint/binding-linux-arm64-musl" is for Linux on arm64 with musl. Undefined
 * where the name says no platform or the version is not exact.
 *
 * @param {LeftOut} leftOut
 * @returns {LockEntry | undefined}
 */
export function makeEntry({ name, version, dev }) {
  const platform = /(?:^|[/-])(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name);
  if (!platform || !/^\d+\.\d+\.\d+$/.test(version)) return undefined;
  const [, os = "", cpu = "", tail = ""] = platform;
  const libc = tail.startsWith("musl") ? ["musl"] : tail.startsWith("gnu") ? ["glibc"] : undefined;
  return { version, cpu: [cpu], ...(dev && { dev }), ...(libc && { libc }), optional: true, os: [os] };
}

async function complete() {
  const file = path.join(import.meta.dirname, "..", "..", "package-lock.json");
  const lock = JSON.parse(await readFile(file, "utf8"));
  for (const leftOut of listLeftOut(lock.packages)) {
    const entry = makeEntry(leftOut);
    if (!entry) throw new Error(`${leftOut.name} is not locked, and its name says no platform: run npm install where it can be had.`);
    lock.packages[`node_modules/${leftOut.name}`] = entry;
    console.log(`locked ${leftOut.name} ${leftOut.version}`);
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
  await writeFile(file, `${JSON.stringify(lock, undefined, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) await complete();
