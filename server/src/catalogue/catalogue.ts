// The titles that players can choose from, read from folders and read again
// when they change. A bad title is named in the log and left out.

import type { Scope } from "@nearframe/shared/lifetime";
import { loadTitles, type FolderReader } from "@nearframe/shared/title/load-titles";
import type { ManifestProblem, Title } from "@nearframe/shared/title/manifest";
import type { Log } from "../log.ts";
import type { ArtFile, ReadArt, WatchFolders } from "./ports.ts";

export const ART_KINDS = ["cover", "hero", "icon", "preview"] as const;
export type ArtKind = (typeof ART_KINDS)[number];

/** A title may lack an icon and a preview. */
export type CatalogueTitle = { title: Title; art: { cover: ArtFile; hero: ArtFile } & Partial<Record<ArtKind, ArtFile>> };

/** A publisher who copies a folder makes many changes; one reading after the last is enough. */
export const RELOAD_QUIET_MS = 300;

export type CataloguePorts = { reader: FolderReader; readArt: ReadArt; watchFolders: WatchFolders; log: Log };

export type Catalogue = Awaited<ReturnType<typeof openCatalogue>>;

export async function openCatalogue(ports: CataloguePorts, roots: readonly string[], scope: Scope) {
  const { reader, readArt, watchFolders, log } = ports;
  let titles: ReadonlyMap<string, CatalogueTitle> = new Map();
  let reported = new Set<string>();
  let watching: Scope | undefined;
  let quietTimer: NodeJS.Timeout | undefined;
  let reloading: Promise<void> | undefined;
  scope.own(titles, () => clearTimeout(quietTimer));

  async function load(): Promise<void> {
    await watching?.close();
    if (scope.closed) return;
    // Watched before it is read, so that a change while reading is not missed.
    watching = scope.child();
    watchFolders(roots, reloadSoon, watching);
    const loaded = await loadTitles(reader, roots);
    const problems = [...loaded.problems];
    const next = new Map<string, CatalogueTitle>();
    for (const title of loaded.titles) {
      const art = await readAll(title, problems);
      if (art) next.set(title.manifest.id, { title, art });
    }
    report(problems);
    if (describe(next) !== describe(titles)) log.info({ titles: [...next.keys()] }, "catalogue read");
    titles = next;
  }

  /** Undefined where one that the manifest names can't be served. */
  async function readAll(title: Title, problems: ManifestProblem[]): Promise<CatalogueTitle["art"] | undefined> {
    const read = async (kind: ArtKind, path: string) => {
      try {
        return [kind, await readArt(title.folder, path, kind === "preview" ? "clip" : "picture")] as const;
      } catch (error) {
        problems.push({ file: `${title.folder}/title.json`, field: `art.${kind}`, reason: (error as Error).message });
        return undefined;
      }
    };
    const named = ART_KINDS.flatMap((kind) => {
      const path = title.manifest.art[kind];
      return path === undefined ? [] : [read(kind, path)];
    });
    const files = (await Promise.all(named)).filter((each) => each !== undefined);
    if (files.length < named.length) return undefined;
    const { cover, hero, ...more } = Object.fromEntries(files) as Partial<Record<ArtKind, ArtFile>>;
    return cover && hero ? { cover, hero, ...more } : undefined;
  }

  /** Each problem once, and again only after it was mended and came back. */
  function report(problems: readonly ManifestProblem[]): void {
    const lines = problems.map(({ file, field, reason }) => `${file}: ${field}: ${reason}`);
    for (const line of lines) if (!reported.has(line)) log.warn(line);
    reported = new Set(lines);
  }

  function reloadSoon(): void {
    if (scope.closed) return;
    clearTimeout(quietTimer);
    quietTimer = setTimeout(() => {
      reloading = (reloading ?? Promise.resolve()).then(load).catch((error: unknown) => {
        log.error({ error }, "the catalogue could not be read again; the last one stands");
      });
    }, RELOAD_QUIET_MS);
  }

  await load();
  return {
    list: (): CatalogueTitle[] => [...titles.values()],
    findArt: (titleId: string, kind: ArtKind): ArtFile | undefined => titles.get(titleId)?.art[kind],
    find: (titleId: string): Title | undefined => titles.get(titleId)?.title,
  };
}

function describe(titles: ReadonlyMap<string, CatalogueTitle>): string {
  return JSON.stringify([...titles.values()]);
}
