// Where Debian keeps the cores of RetroArch: one shared library each.

import { readdir } from "node:fs/promises";
import { join } from "node:path";

const LIBRARIES = "/usr/lib";
const FOLDER = "libretro";

/** By the machine's own folder below /usr/lib ("x86_64-linux-gnu"), whatever the machine is. */
export async function findCore(name: string): Promise<string | undefined> {
  const file = `${name}_libretro.so`;
  for (const folder of await readdir(LIBRARIES)) {
    const cores = join(LIBRARIES, folder, FOLDER);
    const found = await readdir(cores).catch((): string[] => []);
    if (found.includes(file)) return join(cores, file);
  }
  return undefined;
}
