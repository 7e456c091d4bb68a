// The folders that titles are loaded from.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { BUILTIN_TITLES } from "../setup/debian-packages.mjs";

/**
 * The built-in titles and the caller's own, as absolute paths. With titles left
 * out, the built-in folder is named title by title.
 */
export async function listTitleRoots(
  root: string,
  extra: readonly string[],
  leftOut: ReadonlySet<string>,
): Promise<string[]> {
  const builtin = path.join(root, BUILTIN_TITLES);
  const own = extra.map((folder) => path.resolve(root, folder));
  if (leftOut.size === 0) return [builtin, ...own];
  const entries = await readdir(builtin, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !leftOut.has(entry.name));
  return [...folders.map((entry) => path.join(builtin, entry.name)), ...own];
}
