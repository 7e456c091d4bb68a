// The home that a title finds: a folder of the session's own, with the
// publisher's files laid into it.

import { constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Title } from "@nearframe/shared/title/manifest";

export type Home = { folder: string; environment: Readonly<Record<string, string>> };

export async function createHome(sessionFolder: string, title: Title): Promise<Home> {
  const folder = join(sessionFolder, "home");
  const environment = {
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, ".config"),
    XDG_DATA_HOME: join(folder, ".local/share"),
    XDG_STATE_HOME: join(folder, ".local/state"),
    XDG_CACHE_HOME: join(folder, ".cache"),
    XDG_RUNTIME_DIR: join(sessionFolder, "runtime"),
  };
  for (const path of Object.values(environment)) await mkdir(path, { recursive: true, mode: 0o700 });
  for (const [to, from] of Object.entries(title.manifest.homeFiles ?? {})) {
    await layFile(join(title.folder, from), join(folder, to));
  }
  return { folder, environment };
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
