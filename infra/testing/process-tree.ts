// Which processes descend from another, read from /proc.

import { readdirSync, readFileSync } from "node:fs";

type ProcessStat = { pid: number; parent: number; state: string };

function readStats(): ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readStat(Number(name));
      return stat ? [stat] : [];
    });
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    // "12 (a name with ) in it) S 1 ...": what follows the last bracket is safe to split.
    const [state = "", parent] = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    return { pid, parent: Number(parent), state };
  } catch {
    return undefined; // It ended between being listed and being read.
  }
}

export function listDescendants(pid: number): number[] {
  const stats = readStats();
  const below = (parent: number): number[] =>
    stats.filter((stat) => stat.parent === parent).flatMap((stat) => [stat.pid, ...below(stat.pid)]);
  return below(pid);
}

/** A zombie has ended; only its parent has not looked. */
export function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.state !== "Z";
}

export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return ""; // It has ended.
  }
}
