// Folders that only this user can enter, gone with their owner.

import { constants } from "node:fs";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";

/** `mkdtemp` makes it with mode 0700. */
export async function createPrivateFolder(purpose: string, scope: Scope, parent: string = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, `nearframe-${purpose}-`));
  return scope.own(folder, () => rm(folder, { recursive: true, force: true }));
}

/** A place whose files live in memory where there is one: a mapped picture on a disk is written back all the time. */
export async function memoryFolder(): Promise<string> {
  try {
    await access("/dev/shm", constants.W_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
