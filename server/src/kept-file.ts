// A small file that is made once and then kept: a key, a secret, a token.

import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";

/**
 * What the file holds; where there is none yet, it is made, for its owner alone. Whole or not at all, so that a process
 * that is killed meanwhile leaves nothing that the next one trips over, and never over another: of several processes
 * that start at the same moment the first one's counts. An empty file, as a full disk or a lost machine leaves it, is none.
 */
export async function readOrMakeFile(file: string, make: () => string): Promise<string> {
  const kept = await readKept(file);
  if (kept) return kept;
  const made = make();
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, made, { mode: 0o600, flag: "wx", flush: true });
    if (kept === "") await rename(draft, file);
    else await link(draft, file);
    return made;
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === "EEXIST" ? await readKept(file) : undefined;
    if (other) return other;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readKept(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
