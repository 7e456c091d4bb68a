// Finds a program the way a shell would, and also where Debian puts games.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

const GAME_FOLDERS = ["/usr/games", "/usr/local/games"];

/** Where commands are looked for, in order. */
export function commandFolders(): string[] {
  const onPath = (process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin").split(delimiter).filter(isAbsolute);
  return [...new Set([...onPath, ...GAME_FOLDERS])];
}

/** The absolute path of `command`, or undefined when no folder has such a program. */
export async function findCommand(
  command: string,
  folders: readonly string[],
  /** Windows programs are run by another, and need not be executable themselves. */
  kind: "executable" | "readable" = "executable",
): Promise<string | undefined> {
  const candidates = isAbsolute(command) ? [command] : folders.map((folder) => join(folder, command));
  for (const candidate of candidates) {
    if (await isProgram(candidate, kind === "executable" ? constants.X_OK : constants.R_OK)) return candidate;
  }
  return undefined;
}

/** For what a node itself needs; the error says how to get it. */
export async function requireCommand(command: string, debianPackage: string): Promise<string> {
  const found = await findCommand(command, commandFolders());
  if (found) return found;
  throw new Error(`"${command}" is not installed. Install it with: apt-get install ${debianPackage}`);
}

async function isProgram(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not ours to run: either way the next folder is asked.
    return false;
  }
}
