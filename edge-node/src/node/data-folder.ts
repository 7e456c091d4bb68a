// The folder where this node keeps its key, for this node alone: two processes with one
// identity would push each other off the server for ever.
//
// It also tells who runs here, so that `npm run edge -- --drain` finds the process.

import { createHash } from "node:crypto";
import { mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";

/** The message is one sentence for the operator. */
export class DataFolderError extends Error {
  readonly code = "DATA_FOLDER_UNUSABLE";
}

export const PID_FILE = "node.pid";

export async function claimDataFolder(folder: string, scope: Scope): Promise<void> {
  await makeFolder(folder);
  const lock = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    lock.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(new DataFolderError(`Another node uses the data folder ${folder}: stop it, or give this one its own with --data.`));
    });
    // In Linux's abstract namespace a socket goes with its process, however that goes.
    void lockName(folder).then((name) => lock.listen(name, resolve), reject);
  });
  lock.unref();
  scope.own(lock, (lock) => new Promise<void>((resolve) => lock.close(() => resolve())));
  const file = path.join(folder, PID_FILE);
  await writeFile(file, `${process.pid}\n`);
  scope.own(file, (file) => rm(file, { force: true }));
}

/** The process that runs on this folder; undefined if none does. */
export async function findRunningNode(folder: string): Promise<number | undefined> {
  try {
    const pid = Number((await readFile(path.join(folder, PID_FILE), "utf8")).trim());
    return Number.isInteger(pid) && pid > 0 && (await isClaimed(folder)) ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A pid outlives its process in a file, and may be another's by now; the lock does not. */
async function isClaimed(folder: string): Promise<boolean> {
  const name = await lockName(folder);
  const probe = createServer();
  const claimed = await new Promise<boolean>((resolve, reject) => {
    probe.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(true) : reject(error)));
    probe.listen(name, () => resolve(false));
  });
  if (!claimed) await new Promise((resolve) => probe.close(resolve));
  return claimed;
}

async function lockName(folder: string): Promise<string> {
  return `\0nearframe-node-${createHash("sha256").update(await realpath(folder)).digest("hex")}`;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DataFolderError(`The data folder ${folder} can't be made (${code}): give the node rights there, or choose another with --data.`, {
      cause: error,
    });
  }
}
