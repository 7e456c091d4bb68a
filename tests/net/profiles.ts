// The named networks: every JSON file in `traces/`.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseProfile, ProfileInvalidError } from "./link/profile.ts";
import type { NetProfile } from "./link/profile.ts";

const FOLDER = path.join(import.meta.dirname, "traces");

/** Names that `loadProfile` knows, in order. */
export async function listProfiles(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => path.basename(file, ".json"))
    .toSorted();
}

/** A profile by its name, or from a file of one's own: anything with a slash or ".json" in it. */
export async function loadProfile(nameOrFile: string): Promise<NetProfile> {
  const isFile = nameOrFile.includes("/") || nameOrFile.endsWith(".json");
  const file = isFile ? nameOrFile : path.join(FOLDER, `${nameOrFile}.json`);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const known = (await listProfiles()).join(", ");
    throw new ProfileInvalidError(`there is no profile "${nameOrFile}": name a file, or one of ${known}`, { cause });
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new ProfileInvalidError(`${file}: not JSON`, { cause });
  }
  return parseProfile(raw, file);
}
