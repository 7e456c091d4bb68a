// Which titles this node can run: those whose folders are here and whose programs are
// installed. Looked at again every so often, as the operator adds titles and packages.

import { stat, readdir, readFile } from "node:fs/promises";
import { loadTitles, type FolderReader } from "@nearframe/shared/title/load-titles";
import { RUNTIMES, type Runtime, type Title } from "@nearframe/shared/title/manifest";
import { commandFolders, findCommand } from "../process/find-command.ts";
import { findCore } from "../title/libretro/cores.ts";
import { findWine } from "../title/windows/wine.ts";

export type Runnable = {
  runtimes: Runtime[];
  titleIds: string[];
  /** Of those titles. */
  titleRuntimes: Runtime[];
  /** There are graphics cards, and each draws as many titles as it holds. */
  cardsFull: boolean;
};

/** What an inventory carries; a node that has more of them tells of the first. */
const TITLES_TOLD_MAX = 500;

/** `androidFree`: a device is there for a title now. `cards`: graphics cards that titles can draw with. */
export type Host = { androidFree: boolean; cards: "none" | "free" | "full" };

export async function findRunnable(titleFolders: readonly string[], { androidFree, cards }: Host): Promise<Runnable> {
  const { titles } = await loadTitles(fileReader, titleFolders);
  const installed = async (command: string) => (await findCommand(command, commandFolders())) !== undefined;
  const present: Readonly<Record<Runtime, boolean>> = {
    native: true,
    web: await installed("chromium"),
    windows: (await findWine()) !== undefined,
    phone: await installed("phoc"),
    android: androidFree,
    libretro: await installed("retroarch"),
    "test-card": true,
  };
  const able = await Promise.all(
    titles.map(async (title) => {
      const { id, runtime, resources } = title.manifest;
      return present[runtime] && (cards !== "none" || !resources.gpu) && (await canRun(title)) ? [{ id, runtime }] : [];
    }),
  );
  const runnable = able.flat();
  return {
    runtimes: RUNTIMES.filter((runtime) => present[runtime]),
    titleIds: runnable.map(({ id }) => id).toSorted().slice(0, TITLES_TOLD_MAX),
    titleRuntimes: RUNTIMES.filter((runtime) => runnable.some((title) => title.runtime === runtime)),
    cardsFull: cards === "full",
  };
}

/** On a node that has its runtime. */
async function canRun({ manifest, folder }: Title): Promise<boolean> {
  switch (manifest.runtime) {
    case "test-card":
      // What plays its tone.
      return (await findCommand("pacat", commandFolders())) !== undefined;
    case "web":
    case "windows":
    case "phone":
    case "android":
      return true;
    case "libretro":
      return (await findCore(manifest.libretro?.core ?? "")) !== undefined;
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
