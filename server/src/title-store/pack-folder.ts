// Reads a title's folder into a package and its pieces.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { MANIFEST_FILE } from "@nearframe/shared/title/load-titles";
import { parseManifest } from "@nearframe/shared/title/manifest";
import { CHUNK_SIZES, firstChunkBytes } from "@nearframe/shared/title-store/cut-chunks";
import { FILES_MAX, TitlePackage, type PackageFile } from "@nearframe/shared/title-store/package";
import * as z from "zod/mini";
import { digestOf } from "./stored-chunk.ts";

/** The message is one sentence for the publisher. */
export class PackError extends Error {
  readonly code = "TITLE_UNPACKABLE";
}

/** Hears each piece of each file, in order; the next is read when it is done. */
export type HearChunk = (digest: string, chunk: Uint8Array) => Promise<void>;

type FoundFile = { path: string; bytes: number; modifiedMs: number; executable: boolean };

export async function packFolder(folder: string, hear: HearChunk): Promise<TitlePackage> {
  const manifest = await readManifest(folder);
  const files: PackageFile[] = [];
  for (const file of await listFiles(folder)) {
    const chunks: PackageFile["chunks"] = [];
    for await (const chunk of cutFile(path.join(folder, file.path))) {
      const digest = digestOf(chunk);
      chunks.push([digest, chunk.length]);
      await hear(digest, chunk);
    }
    files.push({ path: file.path, executable: file.executable, chunks });
  }
  const packed = z.safeParse(TitlePackage, { format: 1, manifest, files });
  if (!packed.success) throw new PackError(`${folder} has a file whose name can't be kept; names may not be longer than 1000 characters`);
  return packed.data;
}

/** Changes with any file's name, size or time; reading no file takes little time. */
export async function folderStamp(folder: string): Promise<{ stamp: string; bytes: number }> {
  const files = await listFiles(folder);
  const stamp = createHash("sha256").update(JSON.stringify(files)).digest("hex");
  return { stamp, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function readManifest(folder: string) {
  const file = path.join(folder, MANIFEST_FILE);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new PackError(`${file} can't be read (${error.code}); name a folder with a ${MANIFEST_FILE}`);
  });
  const result = parseManifest(text, file);
  if (result.ok) return result.manifest;
  throw new PackError(result.problems.map(({ field, reason }) => `${file}: ${field}: ${reason}`).join("\n"));
}

/** Files that begin with a dot are the publisher's tools', such as `.git`, and stay at home. */
async function listFiles(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(name);
      else if (entry.isFile()) found.push(await describe(folder, name));
      else throw new PackError(`${path.join(folder, name)} is no ordinary file; a title has files and folders, and no links`);
      if (found.length > FILES_MAX) throw new PackError(`${folder} has more than ${FILES_MAX} files`);
    }
  };
  await walk("");
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function describe(folder: string, name: string): Promise<FoundFile> {
  const { size, mtimeMs, mode } = await stat(path.join(folder, name));
  return { path: name, bytes: size, modifiedMs: mtimeMs, executable: (mode & 0o111) !== 0 };
}

async function* cutFile(file: string): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const read of createReadStream(file, { highWaterMark: CHUNK_SIZES.max }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? read : Buffer.concat([rest, read]);
    // As long as a whole piece's worth is there, its end is known.
    while (rest.length >= CHUNK_SIZES.max) {
      const bytes = firstChunkBytes(rest);
      yield rest.subarray(0, bytes);
      rest = rest.subarray(bytes);
    }
  }
  while (rest.length > 0) {
    const bytes = firstChunkBytes(rest);
    yield rest.subarray(0, bytes);
    rest = rest.subarray(bytes);
  }
}
