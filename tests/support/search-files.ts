// Where on this machine a string lies in a file: proof that something is gone.

import { createReadStream } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

const NOT_THERE = new Set(["ENOENT", "EACCES", "ENXIO", "ESRCH", "EPERM", "EINVAL"]);

/** The files below `folders`, written since `sinceMs`, that hold `canary`; as UTF-8 or as UTF-16, as Chromium stores text. */
export async function filesWith(canary: string, folders: readonly string[], sinceMs: number, leftOut: (path: string) => boolean): Promise<string[]> {
  const needles = [Buffer.from(canary), Buffer.from(canary, "utf16le")];
  const found: string[] = [];
  const walk = async (path: string): Promise<void> => {
    if (leftOut(path)) return;
    try {
      const facts = await lstat(path);
      if (path.includes(canary)) found.push(path);
      if (facts.isDirectory()) {
        for (const name of await readdir(path)) await walk(join(path, name));
      } else if (facts.isFile() && facts.mtimeMs >= sinceMs && (await holds(path, needles))) {
        found.push(path);
      }
    } catch (error) {
      // Other programs' files come and go.
      if (!NOT_THERE.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  };
  for (const folder of folders) await walk(folder);
  return found;
}

async function holds(path: string, needles: readonly Buffer[]): Promise<boolean> {
  const overlap = Math.max(...needles.map(({ length }) => length)) - 1;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.concat([tail, chunk as Buffer]);
    if (needles.some((needle) => bytes.includes(needle))) return true;
    tail = bytes.subarray(Math.max(0, bytes.length - overlap));
  }
  return false;
}
