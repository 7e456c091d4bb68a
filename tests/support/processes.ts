// What runs on this machine, read from /proc, so that "nothing is left" is a fact.

import { readdir, readFile, readlink } from "node:fs/promises";

export type ProcessInfo = { pid: number; parentPid: number; command: string };

export async function listProcesses(): Promise<ProcessInfo[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const infos = await Promise.all(pids.map((pid) => readProcess(Number(pid))));
  return infos.filter((info) => info !== undefined);
}

async function readProcess(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]);
    // pid (comm) state ppid ...: the name may hold spaces and brackets.
    const [state, parentPid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || commandLine === "") return undefined;
    return { pid, parentPid: Number(parentPid), command: commandLine.replaceAll("\0", " ").trim() };
  } catch {
    return undefined; // Ended while it was being read.
  }
}

/** All below `pid`, without itself. */
export async function descendants(pid: number): Promise<ProcessInfo[]> {
  const all = await listProcesses();
  const found: ProcessInfo[] = [];
  const parents = new Set([pid]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const info of all) {
      if (parents.has(info.parentPid) && !parents.has(info.pid)) {
        parents.add(info.pid);
        found.push(info);
        grew = true;
      }
    }
  }
  return found;
}

/** UDP ports that the given processes have open. */
export async function udpPorts(pids: readonly number[]): Promise<number[]> {
  const tables = await Promise.all(["udp", "udp6"].map((name) => readFile(`/proc/net/${name}`, "utf8")));
  const portByInode = new Map<string, number>();
  for (const line of tables.flatMap((table) => table.split("\n").slice(1))) {
    const columns = line.trim().split(/\s+/);
    const [, local, , , , , , , , inode] = columns;
    if (local && inode) portByInode.set(inode, Number.parseInt(local.split(":")[1] ?? "", 16));
  }
  const links = await Promise.all(pids.map(openFiles));
  return links
    .flat()
    .map((link) => portByInode.get(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? ""))
    .filter((port) => port !== undefined)
    .sort((a, b) => a - b);
}

async function openFiles(pid: number): Promise<string[]> {
  try {
    const names = await readdir(`/proc/${pid}/fd`);
    return await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  } catch {
    return []; // Ended while it was being read.
  }
}

/** Polls until `check` holds; the only way to see that another process is gone. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  check: (value: T) => boolean,
  timeoutMs: number,
  what: string,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (check(value)) return value;
    if (performance.now() > deadlineMs) throw new Error(`${what}: still ${JSON.stringify(value)} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
