// Puts a title's files together: pieces that are there already stay, those that an
// older version has are copied, and only the rest is fetched. So one that broke off
// goes on where it was.

import { mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PackageFile, TitlePackage } from "@nearframe/shared/title-store/package";
import { sha256 } from "./fetch-package.ts";

/** Where a piece lies in another version. */
type Place = { file: string; at: number };

export type AssembleOptions = {
  made: TitlePackage;
  /** May hold what an earlier attempt left. */
  folder: string;
  /** Versions whose pieces may be copied, and where they are. */
  others: readonly { made: TitlePackage; folder: string }[];
  fetchChunk(digest: string, bytes: number): Promise<Uint8Array>;
  /** Awaited before each piece: what is not urgent waits here while the node is busy. */
  pace(): Promise<void>;
  chunksAtOnce: number;
  onProgress(bytesDone: number): void;
};

export type Assembled = { fetchedBytes: number; copiedBytes: number; foundBytes: number };

export async function assemble(options: AssembleOptions): Promise<Assembled> {
  const { made, folder, others } = options;
  const places = placesOf(others);
  const result: Assembled = { fetchedBytes: 0, copiedBytes: 0, foundBytes: 0 };
  await removeStrangers(folder, new Set(made.files.map(({ path }) => path)));
  for (const file of made.files) {
    const to = join(folder, file.path);
    await mkdir(dirname(to), { recursive: true });
    await using handle = await openFile(to);
    await layChunks(handle, file, places, result, options);
    await handle.truncate(file.chunks.reduce((sum, [, bytes]) => sum + bytes, 0));
    await handle.chmod(file.executable ? 0o755 : 0o644);
  }
  return result;
}

async function layChunks(handle: FileHandle, file: PackageFile, places: ReadonlyMap<string, Place>, result: Assembled, options: AssembleOptions): Promise<void> {
  let next = 0;
  let nextAt = 0;
  const carry = async () => {
    for (;;) {
      const chunk = file.chunks[next];
      if (!chunk) return;
      const at = nextAt;
      next += 1;
      nextAt += chunk[1];
      await layChunk(handle, at, chunk, places, result, options);
      options.onProgress(result.fetchedBytes + result.copiedBytes + result.foundBytes);
    }
  };
  await Promise.all(Array.from({ length: options.chunksAtOnce }, carry));
}

async function layChunk(
  handle: FileHandle, at: number, [digest, bytes]: readonly [string, number], places: ReadonlyMap<string, Place>, result: Assembled,
  { fetchChunk, pace }: AssembleOptions,
): Promise<void> {
  if (await holds(handle, at, digest, bytes)) return void (result.foundBytes += bytes);
  const place = places.get(digest);
  const copied = place && (await readPlace(place, digest, bytes));
  if (!copied) await pace();
  const chunk = copied ?? (await fetchChunk(digest, bytes));
  await handle.write(chunk, 0, bytes, at);
  if (copied) result.copiedBytes += bytes;
  else result.fetchedBytes += bytes;
}

async function holds(handle: FileHandle, at: number, digest: string, bytes: number): Promise<boolean> {
  const there = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(there, 0, bytes, at);
  return bytesRead === bytes && sha256(there) === digest;
}

/** Undefined where the other version has been changed or taken away. */
async function readPlace({ file, at }: Place, digest: string, bytes: number): Promise<Buffer | undefined> {
  try {
    await using handle = await open(file, "r");
    const there = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(there, 0, bytes, at);
    return bytesRead === bytes && sha256(there) === digest ? there : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function placesOf(others: AssembleOptions["others"]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { made, folder } of others) {
    for (const file of made.files) {
      let at = 0;
      for (const [digest, bytes] of file.chunks) {
        places.set(digest, { file: join(folder, file.path), at });
        at += bytes;
      }
    }
  }
  return places;
}

/** Keeps what is in it; "a+" would append whatever the position. */
async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return open(file, "w+");
  }
}

/** What is no file of the package has no business in it. */
async function removeStrangers(folder: string, paths: ReadonlySet<string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    if (!paths.has(file.slice(folder.length + 1)) || !entry.isFile()) await rm(file);
  }
}
