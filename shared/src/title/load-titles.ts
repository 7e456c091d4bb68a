// Finds titles: every folder with a `title.json` below the given folders. A bad
// one is reported and skipped; it never stops the others.

import { parseManifest, type ManifestProblem, type Title } from "./manifest.ts";

/** The part of a file system that finding titles needs. Paths are joined with `/`. */
export interface FolderReader {
  /** Names of the folders directly inside `path`, sorted. Rejects if `path` can't be read. */
  listFolders(path: string): Promise<string[]>;
  /** The file's text, or undefined if there is none. Rejects if it can't be read. */
  readText(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
}

export type LoadedTitles = { titles: Title[]; problems: ManifestProblem[] };

export const MANIFEST_FILE = "title.json";

/** Loads titles from `roots` in order; of two with the same id the first stands. */
export async function loadTitles(reader: FolderReader, roots: readonly string[]): Promise<LoadedTitles> {
  const titles = new Map<string, Title>();
  const problems: ManifestProblem[] = [];
  for (const root of roots) {
    for (const folder of await candidates(reader, root, problems)) {
      const file = `${folder}/${MANIFEST_FILE}`;
      try {
        const text = await reader.readText(file);
        if (text === undefined) continue;
        const result = parseManifest(text, file);
        if (!result.ok) {
          problems.push(...result.problems);
          continue;
        }
        const { manifest } = result;
        const known = titles.get(manifest.id);
        if (known) {
          problems.push({ file, field: "id", reason: `"${manifest.id}" is taken by ${known.folder}` });
          continue;
        }
        const missing = await missingFiles(reader, folder, manifest);
        if (missing.length > 0) {
          problems.push(...missing.map(({ field, path }) => ({ file, field, reason: `no such file: ${path}` })));
          continue;
        }
        titles.set(manifest.id, { manifest, folder });
      } catch (error) {
        problems.push({ file, field: "(file)", reason: (error as Error).message });
      }
    }
  }
  return { titles: [...titles.values()], problems };
}

/** A root is a folder of title folders, or a title's folder itself. */
async function candidates(reader: FolderReader, root: string, problems: ManifestProblem[]): Promise<string[]> {
  try {
    if (await reader.exists(`${root}/${MANIFEST_FILE}`)) return [root];
    return (await reader.listFolders(root)).map((name) => `${root}/${name}`);
  } catch (error) {
    problems.push({ file: root, field: "(folder)", reason: (error as Error).message });
    return [];
  }
}

async function missingFiles(
  reader: FolderReader,
  folder: string,
  manifest: Title["manifest"],
): Promise<{ field: string; path: string }[]> {
  const named = [
    { field: "art.cover", path: manifest.art.cover },
    { field: "art.hero", path: manifest.art.hero },
    ...(["icon", "preview"] as const).flatMap((kind) => (manifest.art[kind] === undefined ? [] : [{ field: `art.${kind}`, path: manifest.art[kind] }])),
    ...Object.entries(manifest.homeFiles ?? {}).map(([to, path]) => ({ field: `homeFiles.${to}`, path })),
    ...(manifest.page && !manifest.page.startsWith("https://") ? [{ field: "page", path: manifest.page }] : []),
  ];
  const found = await Promise.all(named.map(({ path }) => reader.exists(`${folder}/${path}`)));
  return named.filter((_, index) => !found[index]);
}
