import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isOutdated, keepWorker, linkWorker, workerRuns, type WorkerFiles } from "./worker-files.mjs";

let folder: string;
let files: WorkerFiles;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "nearframe-worker-"));
  const cacheFolder = path.join(folder, "cache");
  files = {
    packageFolder: path.join(folder, "mediasoup"),
    installed: path.join(folder, "mediasoup", "out", "mediasoup-worker"),
    cacheFolder,
    cachedBuild: path.join(cacheFolder, "3.0.0-built-2"),
    cachedDownload: path.join(cacheFolder, "3.0.0-downloaded"),
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, exitCode: number): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\nexit ${exitCode}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("a worker is what exits with 41 when it is asked for nothing", () => {
  expect(workerRuns(program("worker", 41))).toBe(true);
  expect(workerRuns(program("other", 0))).toBe(false);
  expect(workerRuns(path.join(folder, "absent"))).toBe(false);
});

test("a worker that is kept can be put in place, and runs there", async () => {
  await keepWorker(program("made", 41), files.cachedBuild);
  await linkWorker(files.cachedBuild, files.installed);
  expect(workerRuns(files.installed)).toBe(true);
  expect(await isOutdated(files)).toBe(false);
});

test("a worker of an older recipe is outdated", async () => {
  const older = path.join(files.cacheFolder, "3.0.0-built-1");
  await keepWorker(program("made", 41), older);
  await linkWorker(older, files.installed);
  expect(await isOutdated(files)).toBe(true);
});

test("a worker that somebody else put there stays", async () => {
  await keepWorker(program("theirs", 41), files.installed);
  expect(await isOutdated(files)).toBe(false);
  expect(existsSync(files.installed)).toBe(true);
});

test("putting another in place leaves the cache as it was", async () => {
  await keepWorker(program("first", 41), files.cachedDownload);
  await linkWorker(files.cachedDownload, files.installed);
  await keepWorker(program("second", 41), files.cachedBuild);
  const before = readFileSync(files.cachedDownload, "utf8");
  await linkWorker(files.cachedBuild, files.installed);
  expect(readFileSync(files.cachedDownload, "utf8")).toBe(before);
});
