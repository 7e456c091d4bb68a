// Are the programs here that every session needs? Set-up installs them; this is
// for those who start without it. The finding is given, so the choice is pure.

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { installLine } from "../setup/debian-list.mjs";

/** Program -> the Debian package that brings it, and what a session is without it. */
export const REQUIRED_PROGRAMS = [
  { program: "Xvfb", packageName: "xvfb", lacking: "no display server" },
  { program: "pulseaudio", packageName: "pulseaudio", lacking: "no sound server" },
  { program: "setpriv", packageName: "util-linux", lacking: "nothing that ties a title to its session" },
  { program: "chromium", packageName: "chromium", lacking: "no browser for web titles" },
] as const;

/** A sentence that says what is missing and what to do, or undefined. */
export function explainMissing(found: ReadonlySet<string>): string | undefined {
  const missing = REQUIRED_PROGRAMS.filter(({ program }) => !found.has(program));
  if (missing.length === 0) return undefined;
  const reasons = missing.map(({ program, lacking }) => `${lacking} (${program})`).join(", ");
  return `There is ${reasons} on this machine. Start without --no-setup, or run:\n\n  ${installLine(missing.map(({ packageName }) => packageName))}`;
}

export async function findPrograms(searchPath: string): Promise<Set<string>> {
  const found = await Promise.all(
    REQUIRED_PROGRAMS.map(async ({ program }) => ((await isOnPath(program, searchPath)) ? program : undefined)),
  );
  return new Set(found.filter((program) => program !== undefined));
}

async function isOnPath(program: string, searchPath: string): Promise<boolean> {
  for (const folder of searchPath.split(path.delimiter)) {
    try {
      await access(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      // Not in this folder; the next one may have it.
    }
  }
  return false;
}
