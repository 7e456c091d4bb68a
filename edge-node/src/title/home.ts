// The home that a title finds: a folder of the session's own, with the
// publisher's files laid into it.

import { constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Title } from "@nearframe/shared/title/manifest";

/** Below the session's folder: what the title has as its home. */
export const HOME_FOLDER = "home";

const XDG_FOLDERS = {
  XDG_CONFIG_HOME: ".config",
  XDG_DATA_HOME: ".local/share",
  XDG_STATE_HOME: ".local/state",
  XDG_CACHE_HOME: ".cache",
} as const;

export async function createHome(homeFolder: string, title: Title): Promise<void> {
  for (const folder of ["", ...Object.values(XDG_FOLDERS)]) {
    await mkdir(join(homeFolder, folder), { recursive: true, mode: 0o700 });
  }
  for (const [to, from] of Object.entries(title.manifest.homeFiles ?? {})) {
    await layFile(join(title.folder, from), join(homeFolder, to));
  }
}

/** `home` as the title sees it. */
export function homeEnvironment(home: string): Record<string, string> {
  const folders = Object.entries(XDG_FOLDERS).map(([name, folder]) => [name, join(home, folder)]);
  return { HOME: home, ...Object.fromEntries(folders) };
}

/** What is already in the home is the player's, restored from an earlier session: it stays. */
async function layFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
