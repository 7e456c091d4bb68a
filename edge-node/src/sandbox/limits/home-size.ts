// How much a title has written into its home. Looking at every file takes a
// while where there are many, so it is done when the disk says that something
// was written, and now and then besides.

import { lstat, opendir, statfs } from "node:fs/promises";
import { join } from "node:path";

const MIB = 1024 * 1024;
/** So much less free space, and somebody has written: perhaps this title. */
const WRITTEN_MB = 16;
/** The same for the names of files, which may be empty. */
const MADE_FILES = 1_000;
/** A cheap look for what left both as they were. */
const LOOK_AGAIN_MS = 5_000;

export type HomeSize = { diskMb: number; files: number };

/** Stops counting at `filesMax`: beyond it the answer is known. */
export async function measureFolder(folder: string, filesMax: number): Promise<HomeSize> {
  let bytes = 0;
  let files = 0;
  const open = [folder];
  for (let next = open.pop(); next !== undefined && files <= filesMax; next = open.pop()) {
    try {
      for await (const entry of await opendir(next)) {
        files++;
        if (files > filesMax) break;
        const path = join(next, entry.name);
        if (entry.isDirectory()) open.push(path);
        // Blocks, not length: a hole takes no room.
        else bytes += (await lstat(path)).blocks * 512;
      }
    } catch (error) {
      // Removed between being listed and being looked at.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return { diskMb: bytes / MIB, files };
}

export function watchHomeSize(folder: string, filesMax: number): { read(nowMs: number): Promise<HomeSize> } {
  let last: HomeSize = { diskMb: 0, files: 0 };
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let freeMb = 0;
  let freeFiles = 0;
  return {
    async read(nowMs) {
      const { bavail, bsize, ffree } = await statfs(folder);
      const nowFreeMb = (bavail * bsize) / MIB;
      const written = freeMb - nowFreeMb >= WRITTEN_MB || freeFiles - ffree >= MADE_FILES;
      if (!written && nowMs - lookedAtMs < LOOK_AGAIN_MS) return last;
      freeMb = nowFreeMb;
      freeFiles = ffree;
      lookedAtMs = nowMs;
      last = await measureFolder(folder, filesMax);
      return last;
    },
  };
}
