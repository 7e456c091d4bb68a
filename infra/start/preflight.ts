// Is everything here that a session needs? Set-up installs it; this is for those
// who start without it, and for an install that went wrong. What is found is
// looked up apart from what is said of it.

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { StartOptions } from "../commands/options.mjs";
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

type Pipeline = StartOptions["pipeline"];

/** The binary that each pipeline encodes with; it comes in an npm package for this platform. */
export function encoderModule(pipeline: Pipeline, platform: string): string {
  switch (pipeline) {
    case "damage":
      return `@seydx/node-av-${platform}/node-av.node`;
    case "ffmpeg":
      return `@ffmpeg-installer/${platform}/ffmpeg`;
  }
}

/** A sentence about an encoder that is not there, or undefined. */
export function explainEncoder(pipeline: Pipeline, platform: string, found: boolean): string | undefined {
  if (found) return undefined;
  const [scope, name] = encoderModule(pipeline, platform).split("/");
  const other = pipeline === "damage" ? "ffmpeg" : "damage";
  return (
    `There is no encoder on this machine: the npm package ${scope}/${name} is missing. ` +
    `Delete node_modules and run npm start again, or start with --pipeline ${other}.`
  );
}

export async function hasEncoder(root: string, pipeline: Pipeline, platform: string): Promise<boolean> {
  const require = createRequire(path.join(root, "edge-node", "package.json"));
  try {
    await access(require.resolve(encoderModule(pipeline, platform)));
    return true;
  } catch {
    return false; // Not installed, or not for this platform.
  }
}
