// Folders that only this user can enter, gone with their owner. Those of a process
// that was killed are swept away by the next one.

import { constants } from "node:fs";
import { access, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";

const NAME = /^nearframe-[a-z]+-(\d+)-\w+$/;

/** `purpose` is one lower-case word. `mkdtemp` makes the folder with mode 0700. */
export async function createPrivateFolder(purpose: string, scope: Scope, parent: string = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, `nearframe-${purpose}-${process.pid}-`));
  return scope.own(folder, () => removeFolder(folder));
}

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** A place whose files live in memory where there is one: a mapped picture on a disk is written back all the time. */
export async function memoryFolder(): Promise<string> {
  try {
    await access("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}

/** Removes this user's private folders whose makers no longer run; tells which. */
export async function sweepPrivateFolders(parents: readonly string[]): Promise<string[]> {
  const swept: string[] = [];
  for (const parent of new Set(parents)) {
    for (const name of await readdir(parent)) {
      const maker = Number(NAME.exec(name)?.[1]);
      const folder = join(parent, name);
      if (!maker || isAlive(maker) || !(await isOwn(folder))) continue;
      await rm(folder, { recursive: true, force: true });
      swept.push(folder);
    }
  }
  return swept;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function isOwn(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).uid === process.getuid?.();
  } catch (error) {
    // Somebody else was quicker.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
