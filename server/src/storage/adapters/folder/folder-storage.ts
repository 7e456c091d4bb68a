// Objects as files of one folder, whose names are the keys. Several server
// processes may share it.

import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { checkKey, type ObjectStorage } from "../../ports.ts";

/** Files that are being written. No key begins with a dot. */
const UNFINISHED = ".unfinished";

export async function openFolderStorage(folder: string): Promise<ObjectStorage> {
  const unfinished = path.join(folder, UNFINISHED);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const fileOf = (key: string) => path.join(folder, checkKey(key));
  return {
    async put(key, bytes) {
      const file = fileOf(key);
      const written = path.join(unfinished, randomUUID());
      try {
        await writeThrough(written, bytes);
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        await rename(written, file);
      } catch (error) {
        await rm(written, { force: true });
        throw error;
      }
    },
    get: async (key) => unlessMissing(readFile(fileOf(key))),
    async size(key) {
      const found = await unlessMissing(stat(fileOf(key)));
      return found?.isFile() ? found.size : undefined;
    },
    delete: async (key) => rm(fileOf(key), { force: true }),
    async *list(prefix) {
      const start = prefix.includes("/") ? prefix.slice(0, prefix.lastIndexOf("/")) : "";
      for await (const key of walk(folder, start)) if (key.startsWith(prefix)) yield key;
    },
  };
}

/** On the disk, not only on its way there: a save that was acknowledged outlives a power cut. */
async function writeThrough(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function* walk(folder: string, below: string): AsyncGenerator<string> {
  const entries = (await unlessMissing(readdir(path.join(folder, below), { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const key = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(folder, key);
    else yield key;
  }
}

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}
