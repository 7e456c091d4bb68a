// Lays what an archive holds into a title's fresh home.
//
// The archive was made by some node, on which a hostile title or a hostile owner may
// have had a hand: it can name any path, be endless, or be no archive at all. What it
// may do is write files, folders and links below the title's save paths, so many and
// so large, and nothing else.

import { once } from "node:events";
import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, symlink } from "node:fs/promises";
import { join } from "node:path";
import { Transform, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { CONTENT_BYTES_MAX, ENTRIES_MAX, PATH_DEPTH_MAX, PATH_LENGTH_MAX } from "@nearframe/shared/saves/limits";
import { extract as createExtract, type Extract } from "tar-stream";
import { SaveError } from "./save-error.ts";
import { staysInside } from "./stays-inside.ts";
import { isBelow, outermost } from "./walk-saves.ts";

export type RestoreOptions = {
  /** The archive; compressed, for `restoreArchive`. */
  source: Readable;
  home: string;
  savePaths: readonly string[];
  signal: AbortSignal;
};

/** A tar's own blocks, beside what it holds: a header, sometimes a second one for a long name, and padding. */
const TAR_BYTES_PER_ENTRY = 4 * 1024;
const TAR_BYTES_MAX = CONTENT_BYTES_MAX + ENTRIES_MAX * TAR_BYTES_PER_ENTRY;
const PERMISSIONS = 0o777;

/** Rejects with `SaveError` for what is no archive of these save paths; the home is of no use then. */
export function restoreArchive(options: RestoreOptions): Promise<void> {
  return lay(options, true);
}

/** The same of a plain tar, as devices make it. */
export function layTar(options: RestoreOptions): Promise<void> {
  return lay(options, false);
}

async function lay({ source, home, savePaths, signal }: RestoreOptions, compressed: boolean): Promise<void> {
  const roots = outermost(savePaths);
  const extract = createExtract();
  const sink = (bytes: AsyncIterable<Buffer>) => feed(bytes, extract);
  const reading = compressed
    ? pipeline(source, createZstdDecompress(), boundBytes(), sink, { signal })
    : pipeline(source, boundBytes(), sink, { signal });
  // What can't be read ends the entries; it is told below.
  reading.catch((error: Error) => extract.destroy(error));
  const links: { path: string; target: string }[] = [];
  const sums = { entries: 0, bytes: 0 };
  try {
    for await (const entry of extract) {
      const { name, type, size, linkname } = entry.header;
      const path = checkPath(name, roots);
      sums.entries += 1;
      sums.bytes += type === "file" ? size : 0;
      if (sums.entries > ENTRIES_MAX || sums.bytes > CONTENT_BYTES_MAX) throw damaged("it unpacks to more than any save may");
      if (type === "file") await layFile(home, path, entry);
      else if (type === "directory") await makeFolders(home, path.split("/"));
      else if (type === "symlink" && staysInside(path, linkname ?? "")) links.push({ path, target: linkname ?? "" });
      else throw damaged(`it holds a ${type} at ${path.slice(0, 100)}`);
      // Nothing waits for what an entry that needs no bytes may have.
      entry.resume();
    }
    await reading;
    // Last: nothing is ever written through a link that the archive brought.
    for (const { path, target } of links) await layLink(home, path, target);
  } catch (error) {
    extract.destroy();
    if (error instanceof SaveError || signal.aborted) throw error;
    throw new SaveError("damaged", `the save can't be unpacked: ${(error as Error).message}`, { cause: error });
  }
}

function checkPath(name: string, roots: readonly string[]): string {
  const path = name.replace(/\/+$/, "");
  const names = path.split("/");
  const plain = names.every((part) => part !== "" && part !== "." && part !== "..") && !path.includes("\0");
  if (!plain || path.length > PATH_LENGTH_MAX || names.length > PATH_DEPTH_MAX * 2) throw damaged(`it names "${name.slice(0, 100)}"`);
  if (!roots.some((root) => isBelow(path, root))) throw damaged(`it names ${path.slice(0, 100)}, which is none of the title's save paths`);
  return path;
}

async function feed(bytes: AsyncIterable<Buffer>, extract: Extract): Promise<void> {
  // Listened for once: a listener for every piece would add up.
  const closed = once(extract, "close").catch(() => undefined);
  let empty = true;
  for await (const chunk of bytes) {
    empty = false;
    if (extract.destroyed) return;
    if (!extract.write(chunk)) await Promise.race([once(extract, "drain"), closed]);
  }
  if (empty) throw damaged("it is empty");
  extract.end(null);
}

type Entry = Extract extends AsyncIterable<infer T> ? T : never;

async function layFile(home: string, path: string, entry: Entry): Promise<void> {
  await makeFolders(home, path.split("/").slice(0, -1));
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const file = join(home, path);
  // Exclusive: an archive that names a file twice is none that a node made.
  const handle = await open(file, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  try {
    for await (const chunk of entry) await handle.write(chunk as Uint8Array);
    await handle.chmod(((entry.header.mode ?? 0o600) & PERMISSIONS) | 0o600);
    const modified = entry.header.mtime ?? new Date();
    await handle.utimes(modified, modified);
  } finally {
    await handle.close();
  }
}

async function layLink(home: string, path: string, target: string): Promise<void> {
  await makeFolders(home, path.split("/").slice(0, -1));
  await symlink(target, join(home, path));
}

/** Each is made here, or is a folder; one that is a link by now is not gone through. */
async function makeFolders(home: string, names: readonly string[]): Promise<void> {
  let folder = home;
  for (const name of names) {
    folder = join(folder, name);
    await mkdir(folder, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      const found: Stats = await lstat(folder);
      if (!found.isDirectory()) throw damaged(`it has both a file and a folder at ${name}`);
    });
  }
}

function boundBytes(): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > TAR_BYTES_MAX) return done(damaged("it unpacks to more than any save may"));
      done(null, chunk);
    },
  });
}

function damaged(what: string): SaveError {
  return new SaveError("damaged", `the save is not one that a node makes: ${what}`);
}
