// The titles that this node has fetched, and those it can fetch.
//
//   FOLDER/versions/TITLE/DIGEST/   a version's files, and its package in `.package`
//   FOLDER/current/TITLE            a link to the version that was wanted last
//   FOLDER/arriving/DIGEST/         a version on its way; kept when it breaks off
//   FOLDER/publisher-key            whose packages are believed: the first server's that was seen
//
// A version appears under its name when it is whole, by a rename, and never changes.

import { mkdir, readdir, readFile, readlink, rename, rm, stat, statfs, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import type { Scope } from "@nearframe/shared/lifetime";
import { MANIFEST_FILE } from "@nearframe/shared/title/load-titles";
import { parseManifest, type Title, type TitleManifest } from "@nearframe/shared/title/manifest";
import { packageBytes, TitlePackage, type TitleSource } from "@nearframe/shared/title-store/package";
import * as z from "zod/mini";
import { assemble } from "./assemble.ts";
import { chooseEvicted, type StoredVersion } from "./choose-evicted.ts";
import { createTitleServer } from "./fetch-package.ts";
import { TitleMissingError } from "./title-error.ts";

export type TitleStoreOptions = {
  folder: string;
  serverUrls: readonly string[];
  /** Where titles lie that the operator put there. */
  titleFolders: readonly string[];
  budgetBytes: number;
};

export type TitleStorePorts = {
  /** No session runs. */
  isIdle(): boolean;
  wallMs(): number;
  log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
};

export interface TitleStore {
  /** What lies in it is read like any folder of titles. */
  readonly currentFolder: string;
  /**
   * The title as it lies on this node, fetched first if need be, and kept until `scope` closes. Rejects with
   * `TitleMissingError`; a fetch that has begun goes on after `signal` ends the waiting.
   */
  open(title: Title, source: TitleSource | undefined, signal: AbortSignal, scope: Scope): Promise<Title>;
  /** Fetches it while the node is idle, unless it is here. */
  fetchWhileIdle(title: Title, source: TitleSource): void;
}

type Fetching = { done: Promise<string>; urgent: boolean; bytesDone: number; bytesTotal: number };

const PACKAGE_FILE = ".package";
const CHUNKS_AT_ONCE = 6;
const IDLE_LOOK_MS = 1_000;
/** Left free on the disk, whatever the budget says. */
const FREE_BYTES_MIN = 1024 ** 3;
/** How much of a large title is told in the log. */
const PROGRESS_STEP = 0.1;

export async function openTitleStore(options: TitleStoreOptions, ports: TitleStorePorts, scope: Scope): Promise<TitleStore> {
  const { folder, serverUrls, titleFolders, budgetBytes } = options;
  const { log } = ports;
  const currentFolder = join(folder, "current");
  const versionFolder = (titleId: string, digest: string) => join(folder, "versions", titleId, digest);
  await mkdir(currentFolder, { recursive: true });
  const pins = new Map<string, number>();
  const fetching = new Map<string, Fetching>();
  /** Room is made by one at a time. */
  let roomTurn: Promise<unknown> = Promise.resolve();
  scope.own(fetching, () => Promise.allSettled([...fetching.values()].map(({ done }) => done)).then(() => undefined));

  async function open(title: Title, source: TitleSource | undefined, signal: AbortSignal, owner: Scope): Promise<Title> {
    const { manifest } = title;
    const here = await findHere(title, source);
    if (here?.type === "folder") return { manifest, folder: here.folder };
    if (!here && !source) throw new TitleMissingError(`"${manifest.name}" is not on this node, and the server said nothing of where it is`);
    const digest = here?.digest ?? (source && (await arrival(begin(manifest.id, source, true), manifest, signal))) ?? "";
    pin(manifest.id, digest, owner);
    const found = versionFolder(manifest.id, digest);
    if (!(await hasTitle(found, manifest))) throw new TitleMissingError(`"${manifest.name}" has another version by now; start it again`);
    await touch(found);
    return { manifest, folder: found };
  }

  type Here = { type: "folder"; folder: string } | { type: "version"; digest: string };

  /** A published title is only ever one of its own versions; another may lie in any folder that holds the same. */
  async function findHere({ manifest, folder: named }: Title, source: TitleSource | undefined): Promise<Here | undefined> {
    if (source?.digest !== undefined) {
      return (await isThere(manifest.id, source.digest)) ? { type: "version", digest: source.digest } : undefined;
    }
    for (const candidate of [named, ...titleFolders.flatMap((root) => [root, join(root, manifest.id)])]) {
      if (await hasTitle(candidate, manifest)) return { type: "folder", folder: candidate };
    }
    const digest = await currentDigest(manifest.id);
    if (digest === undefined || !(await hasTitle(versionFolder(manifest.id, digest), manifest))) return undefined;
    return { type: "version", digest };
  }

  function pin(titleId: string, digest: string, owner: Scope): void {
    const key = `${titleId}/${digest}`;
    owner.own(key, () => {
      const left = (pins.get(key) ?? 1) - 1;
      if (left > 0) pins.set(key, left);
      else pins.delete(key);
    });
    pins.set(key, (pins.get(key) ?? 0) + 1);
  }

  /** One fetch a title, which whoever is in a hurry hurries. */
  function begin(titleId: string, source: TitleSource, urgent: boolean): Fetching {
    const known = fetching.get(titleId);
    if (known) {
      known.urgent ||= urgent;
      return known;
    }
    const entry: Fetching = { done: Promise.resolve(""), urgent, bytesDone: 0, bytesTotal: 0 };
    fetching.set(titleId, entry);
    entry.done = install(titleId, source, entry).finally(() => fetching.delete(titleId));
    entry.done.catch((error: unknown) => {
      if (!scope.closed) log.warn({ titleId, reason: (error as Error).message }, "a title could not be fetched");
    });
    return entry;
  }

  async function install(titleId: string, source: TitleSource, entry: Fetching): Promise<string> {
    const server = createTitleServer(source, serverUrls, isTrusted);
    const { digest, text, made } = await server.current(titleId, scope.signal);
    if (await isThere(titleId, digest)) {
      await makeCurrent(titleId, digest);
      return digest;
    }
    entry.bytesTotal = packageBytes(made);
    const others = await versionsOf(titleId);
    await makeRoom(entry.bytesTotal, made.manifest.name, titleId);
    const arriving = join(folder, "arriving", digest);
    const began = performance.now();
    let told = 0;
    const counts = await assemble({
      made,
      folder: arriving,
      others,
      chunksAtOnce: CHUNKS_AT_ONCE,
      fetchChunk: (chunk, bytes) => server.chunk(chunk, bytes, scope.signal),
      pace: () => untilWanted(entry),
      onProgress(bytesDone) {
        entry.bytesDone = bytesDone;
        if (bytesDone / entry.bytesTotal < told + PROGRESS_STEP || bytesDone === entry.bytesTotal) return;
        told = bytesDone / entry.bytesTotal;
        log.info({ titleId, percent: Math.round(100 * told) }, "title on its way");
      },
    });
    await writeFile(join(arriving, PACKAGE_FILE), text);
    await mkdir(join(folder, "versions", titleId), { recursive: true });
    await rename(arriving, versionFolder(titleId, digest));
    await makeCurrent(titleId, digest);
    log.info({ titleId, digest: digest.slice(0, 12), ...counts, ms: Math.round(performance.now() - began) }, "title fetched");
    return digest;
  }

  async function untilWanted(entry: Fetching): Promise<void> {
    while (!entry.urgent && !ports.isIdle()) await sleep(IDLE_LOOK_MS, undefined, { signal: scope.signal });
    scope.signal.throwIfAborted();
  }

  /** In one step: whoever looks sees the one or the other. */
  async function makeCurrent(titleId: string, digest: string): Promise<void> {
    const next = join(currentFolder, `.${titleId}`);
    await rm(next, { force: true });
    await symlink(join("..", "versions", titleId, digest), next);
    await rename(next, join(currentFolder, titleId));
  }

  function makeRoom(neededBytes: number, name: string, titleId: string): Promise<void> {
    const turn = roomTurn.then(async () => {
      const disk = await statfs(folder);
      const free = Math.max(0, disk.bavail * disk.bsize - FREE_BYTES_MIN);
      const stored = await storedVersions(titleId);
      const used = stored.reduce((sum, { bytes }) => sum + bytes, 0);
      const evicted = chooseEvicted(stored, neededBytes, Math.min(budgetBytes, used + free));
      if (!evicted) {
        throw new TitleMissingError(`"${name}" takes ${Math.ceil(neededBytes / 1e6)} MB, for which this node has no room; its operator can give more with NEARFRAME_TITLE_DISK_GB`);
      }
      for (const version of evicted) {
        await rm(versionFolder(version.titleId, version.digest), { recursive: true, force: true });
        log.info({ titleId: version.titleId, digest: version.digest.slice(0, 12) }, "title given up for another");
      }
    });
    roomTurn = turn.catch(() => undefined);
    return turn;
  }

  /** Versions of `wanted` are copied from, so they stay. */
  async function storedVersions(wanted: string): Promise<StoredVersion[]> {
    const stored: StoredVersion[] = [];
    for (const titleId of await names(join(folder, "versions"))) {
      for (const digest of await names(join(folder, "versions", titleId))) {
        const made = await readPackage(versionFolder(titleId, digest));
        const { mtimeMs } = await stat(versionFolder(titleId, digest));
        const pinned = pins.has(`${titleId}/${digest}`) || (titleId === wanted && (await currentDigest(titleId)) === digest);
        stored.push({ titleId, digest, bytes: made ? packageBytes(made) : 0, usedAtMs: mtimeMs, pinned });
      }
    }
    return stored;
  }

  async function versionsOf(titleId: string) {
    const found = [];
    for (const digest of await names(join(folder, "versions", titleId))) {
      const made = await readPackage(versionFolder(titleId, digest));
      if (made) found.push({ made, folder: versionFolder(titleId, digest) });
    }
    return found;
  }

  const isThere = (titleId: string, digest: string) => exists(join(versionFolder(titleId, digest), PACKAGE_FILE));

  /** The version that was wanted last. */
  async function currentDigest(titleId: string): Promise<string | undefined> {
    const target = await readlink(join(currentFolder, titleId)).catch(() => undefined);
    return target && basename(target);
  }

  async function isTrusted(publicKey: string): Promise<boolean> {
    const file = join(folder, "publisher-key");
    await writeFile(file, publicKey, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    return (await readFile(file, "utf8")).trim() === publicKey;
  }

  /** The folder's time is when it was used last. */
  const touch = (found: string) => utimes(found, ports.wallMs() / 1000, ports.wallMs() / 1000);

  return {
    currentFolder,
    open,
    fetchWhileIdle(title, source) {
      findHere(title, source).then(
        (here) => void (here ?? begin(title.manifest.id, source, false)),
        (error: unknown) => log.warn({ titleId: title.manifest.id, reason: (error as Error).message }, "a title could not be looked for"),
      );
    },
  };
}

/** Whether the folder holds this very title, whole. */
async function hasTitle(folder: string, manifest: TitleManifest): Promise<boolean> {
  // What a server shows of a published title lies without its large files, and says so.
  if (await exists(join(folder, ".digest"))) return false;
  const text = await readFile(join(folder, MANIFEST_FILE), "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const result = parseManifest(text, MANIFEST_FILE);
  return result.ok && isDeepStrictEqual(result.manifest, manifest);
}

async function readPackage(folder: string): Promise<TitlePackage | undefined> {
  try {
    return z.parse(TitlePackage, JSON.parse(await readFile(join(folder, PACKAGE_FILE), "utf8")));
  } catch {
    // Not there, or not whole: either way it is fetched.
    return undefined;
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function arrival(entry: Fetching, manifest: TitleManifest, signal: AbortSignal): Promise<string> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new TitleMissingError(stillFetching(manifest, entry)));
  if (signal.aborted) giveUp();
  else signal.addEventListener("abort", giveUp, { once: true });
  return Promise.race([entry.done, promise]).finally(() => signal.removeEventListener("abort", giveUp));
}

function stillFetching(manifest: TitleManifest, { bytesDone, bytesTotal }: Fetching): string {
  const share = bytesTotal > 0 ? `${Math.floor((100 * bytesDone) / bytesTotal)} %` : "nothing yet";
  return `"${manifest.name}" is still on its way to this node (${share} of ${Math.ceil(bytesTotal / 1e6)} MB); it goes on, so try again soon`;
}
