// What the processes of a sandbox use, from /proc, where no control group counts it.

import { readFile, readdir } from "node:fs/promises";

/** A process and all that it has started, itself first. Those that end meanwhile are left out. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const found: number[] = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next);
    for (const thread of await readdir(`/proc/${next}/task`).catch(() => [])) {
      const children = await readFile(`/proc/${next}/task/${thread}/children`, "utf8").catch(() => "");
      open.push(...children.split(" ").filter((text) => text !== "").map(Number));
    }
  }
  return found;
}

export async function readProcesses(pid: number): Promise<{ memoryMb: number; tasks: number }> {
  let memoryKb = 0;
  let tasks = 0;
  for (const each of await descendantsOf(pid)) {
    const status = await readFile(`/proc/${each}/status`, "utf8").catch(() => "");
    // Files that are mapped are not the title's memory: the machine can drop them.
    for (const [, kb] of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)) memoryKb += Number(kb);
    tasks += Number(/^Threads:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return { memoryMb: memoryKb / 1024, tasks };
}
