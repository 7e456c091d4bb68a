// Lays what the catalogue shows of published titles into a folder that it reads like
// any other: manifest, artwork, and the small files that a manifest names. The rest
// stays in the storage until a node asks for it.
//
// Every server process does this for itself, from the store, and looks again now and then
// for what another process has published.

import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import { MANIFEST_FILE } from "@nearframe/shared/title/load-titles";
import type { Title } from "@nearframe/shared/title/manifest";
import type { PackageFile, TitlePackage } from "@nearframe/shared/title-store/package";
import type { Log } from "../log.ts";
import { parsePackage, type TitleStore } from "./title-store.ts";

export const LOOK_AGAIN_MS = 30_000;
/** Which version lies there. */
const DIGEST_FILE = ".digest";
const UNFINISHED = ".unfinished";

export type PublishedFolder = {
  /** Does now what is done now and then. */
  refresh(): Promise<void>;
  isPublished(title: Title): boolean;
  /** Of the version that lies there; undefined for a title from elsewhere. */
  digestOf(title: Title): string | undefined;
};

export async function keepPublishedFolder(folder: string, ports: { titleStore: TitleStore; log: Log }, scope: Scope): Promise<PublishedFolder> {
  const { titleStore, log } = ports;
  let running: Promise<void> | undefined;
  let digests: ReadonlyMap<string, string> = new Map();
  await mkdir(folder, { recursive: true });
  const refresh = async () => {
    await running;
    running = layAll(folder, titleStore)
      .then((laid) => void (digests = laid))
      .finally(() => (running = undefined));
    return running;
  };
  const look = () => {
    refresh().catch((error: unknown) => log.warn({ error }, "published titles could not be read; tried again later"));
  };
  await refresh();
  scope.own(undefined, () => running?.catch(() => undefined));
  scope.own(setInterval(look, LOOK_AGAIN_MS), clearInterval);
  const isPublished = (title: Title) => path.dirname(title.folder) === folder;
  return { refresh, isPublished, digestOf: (title) => (isPublished(title) ? digests.get(title.manifest.id) : undefined) };
}

async function layAll(folder: string, titleStore: TitleStore): Promise<ReadonlyMap<string, string>> {
  const active = await titleStore.activeVersions();
  for (const { titleId, digest } of active) {
    const there = await readFile(path.join(folder, titleId, DIGEST_FILE), "utf8").catch(() => "");
    if (there !== digest) await layTitle(folder, titleId, digest, titleStore);
  }
  const known = new Set(active.map(({ titleId }) => titleId));
  for (const name of await readdir(folder)) {
    if (!known.has(name)) await rm(path.join(folder, name), { recursive: true, force: true });
  }
  return new Map(active.map(({ titleId, digest }) => [titleId, digest]));
}

async function layTitle(folder: string, titleId: string, digest: string, titleStore: TitleStore): Promise<void> {
  const made = parsePackage((await titleStore.readPackage(titleId, digest)).text);
  const unfinished = `${folder}${UNFINISHED}`;
  await rm(unfinished, { recursive: true, force: true });
  for (const file of made.files.filter(shown(made))) await layFile(path.join(unfinished, file.path), file, titleStore);
  await writeFile(path.join(unfinished, DIGEST_FILE), digest);
  await rm(path.join(folder, titleId), { recursive: true, force: true });
  await rename(unfinished, path.join(folder, titleId));
}

function shown({ manifest }: TitlePackage): (file: PackageFile) => boolean {
  const named = new Set([MANIFEST_FILE, manifest.art.cover, manifest.art.hero, manifest.art.icon, manifest.art.preview, manifest.page, ...Object.values(manifest.homeFiles ?? {})]);
  return (file) => named.has(file.path);
}

async function layFile(to: string, file: PackageFile, titleStore: TitleStore): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await writeFile(to, "");
  for (const [digest] of file.chunks) await writeFile(to, await titleStore.readPlain(digest), { flag: "a" });
}
