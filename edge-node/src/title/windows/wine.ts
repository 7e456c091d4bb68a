// Finds Wine, and says which it is.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { commandFolders, findCommand } from "../../process/find-command.ts";

export type Wine = {
  file: string;
  server: string;
  /** "wine-8.0 (Debian 8.0~repack-4)" */
  version: string;
};

/** Debian's own place, which needs no wrapper that looks for a 32-bit Wine; then the PATH. */
const FOLDERS = ["/usr/lib/wine", "/opt/wine-stable/bin", "/opt/wine-staging/bin"];
const VERSION_MS = 5_000;

/** Undefined where this machine has none. */
export async function findWine(): Promise<Wine | undefined> {
  const folders = [...FOLDERS, ...commandFolders()];
  const first = async (names: readonly string[]) => {
    for (const name of names) {
      const found = await findCommand(name, folders);
      if (found) return found;
    }
    return undefined;
  };
  const [file, server] = await Promise.all([first(["wine64", "wine"]), first(["wineserver64", "wineserver"])]);
  if (!file || !server) return undefined;
  const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: VERSION_MS });
  return { file, server, version: stdout.trim() };
}
