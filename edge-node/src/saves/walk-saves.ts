// Walks what a title keeps, while the title may be running and may be hostile.
//
// Nothing is reached by a path that the title could change underway: every name is
// opened through the descriptor of its folder, `/proc/self/fd/N/NAME`, which is Linux's
// openat, and never through a link. So a folder that is exchanged for a link to the
// node's own files, at whatever moment, leads nowhere.

import { constants } from "node:fs";
import { lstat, open, readdir, readlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { CONTENT_BYTES_MAX, ENTRIES_MAX, PATH_DEPTH_MAX, PATH_LENGTH_MAX } from "@nearframe/shared/saves/limits";
import { SaveError } from "./save-error.ts";

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

type Entry = { /** Below the home, with `/`. */ path: string; mode: number; modifiedNs: bigint };
export type SavedEntry =
  /** `open` answers until the walk goes on; without waiting where the file has become a pipe. */
  | (Entry & { kind: "file"; bytes: number; open(): Promise<FileHandle> })
  | (Entry & { kind: "folder" })
  | (Entry & { kind: "link"; target: string });

/**
 * Files, folders and links below `savePaths`, folders before what is in them, in the order
 * of their names. Sockets, pipes and devices are left out, and so is what vanishes underway.
 * Throws `SaveError` where there is more than may be kept.
 */
export async function* walkSaves(home: string, savePaths: readonly string[]): AsyncGenerator<SavedEntry> {
  const sums = { entries: 0, bytes: 0 };
  for await (const entry of walkRoots(home, savePaths)) {
    sums.entries += 1;
    if (entry.kind === "file") sums.bytes += entry.bytes;
    if (sums.entries > ENTRIES_MAX) throw tooLarge(`more than ${ENTRIES_MAX} files`);
    if (sums.bytes > CONTENT_BYTES_MAX) throw tooLarge(`more than ${CONTENT_BYTES_MAX / 1024 ** 2} MB`);
    yield entry;
  }
}

/** None of them lies in another. */
export function outermost(savePaths: readonly string[]): string[] {
  const roots = [...new Set(savePaths.map(normal))].sort();
  return roots.filter((root) => !roots.some((other) => other !== root && isBelow(root, other)));
}

export function isBelow(path: string, root: string): boolean {
  return root === "" || path === root || path.startsWith(`${root}/`);
}

function normal(path: string): string {
  return path.split("/").filter((name) => name !== "" && name !== ".").join("/");
}

async function* walkRoots(home: string, savePaths: readonly string[]): AsyncGenerator<SavedEntry> {
  for (const root of outermost(savePaths)) {
    const names = root === "" ? [] : root.split("/");
    await using folder = await openFolder(home, names.slice(0, -1));
    if (!folder) continue;
    const last = names.at(-1);
    if (last === undefined) yield* walkFolder(folder.handle, "", 0);
    else yield* walkName(folder.handle, last, root, names.length);
  }
}

/** The folder that `names` lead to from the home, if they all are folders. */
async function openFolder(home: string, names: readonly string[]) {
  let handle = await open(home, O_RDONLY | O_DIRECTORY);
  for (const name of names) {
    const inner = await unlessGone(open(through(handle, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    await handle.close();
    if (!inner) return undefined;
    handle = inner;
  }
  return { handle, [Symbol.asyncDispose]: () => handle.close() };
}

async function* walkFolder(folder: FileHandle, path: string, depth: number): AsyncGenerator<SavedEntry> {
  if (depth > PATH_DEPTH_MAX) throw tooLarge(`folders in folders, more than ${PATH_DEPTH_MAX} deep`);
  const names = (await unlessGone(readdir(`/proc/self/fd/${folder.fd}`))) ?? [];
  for (const name of names.sort()) yield* walkName(folder, name, path === "" ? name : `${path}/${name}`, depth);
}

async function* walkName(folder: FileHandle, name: string, path: string, depth: number): AsyncGenerator<SavedEntry> {
  if (path.length > PATH_LENGTH_MAX) throw tooLarge(`a path longer than ${PATH_LENGTH_MAX}`);
  const at = through(folder, name);
  const found = await unlessGone(lstat(at, { bigint: true }));
  if (!found) return;
  const entry = { path, mode: Number(found.mode & 0o777n), modifiedNs: found.mtimeNs };
  if (found.isFile()) {
    yield { ...entry, kind: "file", bytes: Number(found.size), open: () => open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) };
  } else if (found.isSymbolicLink()) {
    const target = await unlessGone(readlink(at));
    if (target !== undefined) yield { ...entry, kind: "link", target };
  } else if (found.isDirectory()) {
    const inner = await unlessGone(open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (!inner) return;
    try {
      yield { ...entry, kind: "folder" };
      yield* walkFolder(inner, path, depth + 1);
    } finally {
      await inner.close();
    }
  }
}

const through = (folder: FileHandle, name: string): string => join(`/proc/self/fd/${folder.fd}`, name);

/** The title may take away, or exchange, what was there a moment ago. */
export async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "EACCES") return undefined;
    throw error;
  }
}

function tooLarge(what: string): SaveError {
  return new SaveError("too-large", `the title keeps ${what}, which no save holds; it should keep less below its save paths`);
}
