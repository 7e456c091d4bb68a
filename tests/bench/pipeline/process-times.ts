// CPU time of processes, from /proc.

import { readFile, readdir } from "node:fs/promises";

/** Linux counts in hundredths of a second on every common architecture. */
const MS_PER_TICK = 10;

type Stat = { pid: number; parent: number; cpuMs: number };

async function readStat(pid: number): Promise<Stat | undefined> {
  // It may have ended since the folder was read.
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  // The name, in brackets, may hold anything; the fields after it are the third and on.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK };
}

export async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map(readStat));
  return stats.filter((stat) => stat?.parent === parent).map((stat) => stat?.pid ?? 0);
}

/** Of each process with all its threads, without its children. */
export async function cpuMsOf(pids: readonly number[]): Promise<number> {
  const stats = await Promise.all(pids.map(readStat));
  return stats.reduce((sum, stat) => sum + (stat?.cpuMs ?? 0), 0);
}

/** Of the whole machine. */
export async function machineCpuMs(): Promise<number> {
  const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + interrupts + softInterrupts) * MS_PER_TICK;
}
