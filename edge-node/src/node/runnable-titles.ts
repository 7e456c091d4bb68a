// Which titles this node can run: those whose folders are here and whose programs are
// installed. Looked at again every so often, as the operator adds titles and packages.

import { stat, readdir, readFile } from "node:fs/promises";
import { loadTitles, type FolderReader } from "@nearframe/shared/title/load-titles";
import type { Runtime, Title } from "@nearframe/shared/title/manifest";
import { commandFolders, findCommand } from "../process/find-command.ts";
import { findWine } from "../title/windows/wine.ts";

export type Runnable = { runtimes: Runtime[]; titleIds: string[] };

/** What an inventory carries; a node that has more of them tells of the first. */
const TITLES_TOLD_MAX = 500;

export async function findRunnable(titleFolders: readonly string[]): Promise<Runnable> {
  const { titles } = await loadTitles(fileReader, titleFolders);
  const web = await findCommand("chromium", commandFolders());
  const windows = await findWine();
  const phone = await findCommand("phoc", commandFolders());
  const able = await Promise.all(
    titles.map(async (title) => ((await canRun(title, { web: web !== undefined, windows: windows !== undefined, phone: phone !== undefined })) ? title.manifest.id : undefined)),
  );
  return {
    // What the other two need comes with the node (infra/setup).
    runtimes: ["native", ...(web === undefined ? [] : (["web"] as const)), ...(windows === undefined ? [] : (["windows"] as const)), ...(phone === undefined ? [] : (["phone"] as const)), "test-card"],
    titleIds: able.filter((id) => id !== undefined).toSorted().slice(0, TITLES_TOLD_MAX),
  };
}

async function canRun({ manifest, folder }: Title, { web, windows, phone }: { web: boolean; windows: boolean; phone: boolean }): Promise<boolean> {
  switch (manifest.runtime) {
    case "test-card":
      // What plays its tone.
      return (await findCommand("pacat", commandFolders())) !== undefined;
    case "web":
      return web;
    case "windows":
      return windows;
    case "phone":
      return phone;
    case "native": {
      const [command = ""] = manifest.command ?? [];
      return (await findCommand(command, [folder, ...commandFolders()])) !== undefined;
    }
  }
}

const fileReader: FolderReader = {
  async listFolders(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith(".")).map(({ name }) => name).toSorted();
  },
  async readText(file) {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw error;
    }
  },
  async exists(file) {
    return stat(file).then(
      () => true,
      () => false,
    );
  },
};
