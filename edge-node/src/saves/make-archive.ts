// Makes one file of what a title keeps: a tar, compressed by zstd.
//
// The title may be writing meanwhile. What it keeps is looked at before and after;
// if nothing changed in between, all files in the archive stood there at one moment.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, createZstdCompress } from "node:zlib";
import { ARCHIVE_BYTES_MAX } from "@nearframe/shared/saves/limits";
import type { SaveArchive } from "@nearframe/shared/saves/transfer";
import { pack as createPack, type Header, type Pack } from "tar-stream";
import { SaveError } from "./save-error.ts";
import { staysInside } from "./stays-inside.ts";
import { unlessGone, walkSaves, type SavedEntry } from "./walk-saves.ts";

export type MadeArchive = SaveArchive & {
  /** False if the title wrote through every attempt. */
  settled: boolean;
  /** Of what was archived; equal for what has not changed since. */
  fingerprint: string;
};

export type ArchiveOptions = {
  home: string;
  savePaths: readonly string[];
  /** Made by this, and there only if it succeeded. */
  file: string;
  signal: AbortSignal;
};

/** A title that is writing its save is done within these, or writes always. */
const SETTLE_WAITS_MS = [50, 200, 500];
/** Clocks of file systems tick every 4 to 10 ms: what was changed just now may change again in the same tick, unseen. */
const TICK_NS = 20_000_000n;
const LEVEL = 3;
const CHUNK_BYTES = 64 * 1024;

/** What a title keeps, without its bytes: which files, how large, changed when. */
export async function fingerprintSaves(home: string, savePaths: readonly string[]): Promise<string> {
  return (await look(home, savePaths)).fingerprint;
}

export async function makeArchive(options: ArchiveOptions): Promise<MadeArchive> {
  const { file, signal } = options;
  for (const waitMs of SETTLE_WAITS_MS) {
    const archive = await attempt(options);
    if (archive.settled) return archive;
    await rm(file, { force: true });
    await sleep(waitMs, undefined, { signal });
  }
  return attempt(options);
}

async function attempt(options: ArchiveOptions): Promise<MadeArchive> {
  const { home, savePaths } = options;
  const before = await look(home, savePaths);
  const beganNs = BigInt(Date.now()) * 1_000_000n;
  const archive = await write(options);
  const after = await look(home, savePaths);
  const settled = before.fingerprint === after.fingerprint && after.newestNs < beganNs - TICK_NS;
  return { ...archive, settled, fingerprint: before.fingerprint };
}

async function look(home: string, savePaths: readonly string[]): Promise<{ fingerprint: string; newestNs: bigint }> {
  const hash = createHash("sha256");
  let newestNs = 0n;
  for await (const entry of walkSaves(home, savePaths)) {
    const detail = entry.kind === "file" ? entry.bytes : entry.kind === "link" ? entry.target : "";
    hash.update(`${entry.path}\0${entry.kind}\0${entry.mode}\0${entry.modifiedNs}\0${detail}\0`);
    if (entry.modifiedNs > newestNs) newestNs = entry.modifiedNs;
  }
  return { fingerprint: hash.digest("hex"), newestNs };
}

async function write({ home, savePaths, file, signal }: ArchiveOptions): Promise<SaveArchive> {
  const pack = createPack();
  const hash = createHash("sha256");
  const content = { contentBytes: 0, entries: 0 };
  let archiveBytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      archiveBytes += chunk.length;
      hash.update(chunk);
      if (archiveBytes <= ARCHIVE_BYTES_MAX) return done(null, chunk);
      done(new SaveError("too-large", `the title keeps more than ${ARCHIVE_BYTES_MAX / 1024 ** 2} MB even when compressed; it should keep less below its save paths`));
    },
  });
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: LEVEL } });
  try {
    await Promise.all([
      // What fails destroys the pack, and with it whatever waits to be packed.
      pipeline(Readable.from(pack), compress, meter, createWriteStream(file, { flags: "wx", mode: 0o600 }), { signal }),
      packAll(pack, home, savePaths, content),
    ]);
  } catch (error) {
    pack.destroy();
    await rm(file, { force: true });
    throw error;
  }
  return { archiveBytes, archiveDigest: hash.digest("hex"), ...content };
}

/** All that lies below the save paths, and the end of the pack. */
export async function packAll(
  pack: Pack,
  home: string,
  savePaths: readonly string[],
  content: { contentBytes: number; entries: number },
): Promise<void> {
  for await (const entry of walkSaves(home, savePaths)) {
    // A link that leads out of the home is nothing of the player's.
    if (entry.kind === "link" && !staysInside(entry.path, entry.target)) continue;
    if (entry.kind === "file") {
      if (!(await packFile(pack, entry))) continue;
      content.contentBytes += entry.bytes;
    } else {
      await addEntry(pack, headerOf(entry)).done;
    }
    content.entries += 1;
  }
  pack.finalize();
}

/** False if the file is gone, or is no file any more. */
async function packFile(pack: Pack, entry: Extract<SavedEntry, { kind: "file" }>): Promise<boolean> {
  const handle = await unlessGone(entry.open());
  if (!handle) return false;
  try {
    if (!(await handle.stat()).isFile()) return false;
    const { sink, done } = addEntry(pack, { ...headerOf(entry), size: entry.bytes });
    let left = entry.bytes;
    while (left > 0) {
      const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, left));
      // One that became shorter is filled with nothing: the second look will tell that it changed.
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      const chunk = bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
      left -= chunk.length;
      if (!sink.write(chunk)) await Promise.race([once(sink, "drain"), done]);
    }
    sink.end(null);
    await done;
    return true;
  } finally {
    await handle.close();
  }
}

type EntryHeader = Partial<Header> & Pick<Header, "name">;

function headerOf(entry: SavedEntry): EntryHeader {
  const header = { name: entry.path, mode: entry.mode, mtime: new Date(Number(entry.modifiedNs / 1_000_000n)) };
  if (entry.kind === "folder") return { ...header, type: "directory" };
  if (entry.kind === "link") return { ...header, type: "symlink", linkname: entry.target };
  return { ...header, type: "file" };
}

/** `done` settles when the entry is in the pack, or never will be. */
function addEntry(pack: Pack, header: EntryHeader) {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  // Heard by whoever awaits it, which may be a little later.
  done.catch(() => undefined);
  const sink = pack.entry(header, (error) => (error ? reject(error) : resolve()));
  return { sink, done };
}
