// The kernel's own limits: one control group for each title, in whichever version
// of cgroups this machine has a controller (many have some in either).
//
// A node needs no privilege for them where its service manager has delegated a
// group to it (systemd: Delegate=yes).

import { mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import type { ResourceLimits } from "../ports.ts";
import { findHierarchies, type Controller, type Hierarchy } from "./hierarchies.ts";

export type GroupUsage = {
  memoryMb: number | undefined;
  tasks: number | undefined;
  /** How often the kernel killed for memory, and refused a process, since the group was made. */
  memoryKills: number;
  tasksRefused: number;
};

export interface ControlGroup {
  /** A process that writes its number into each belongs to the group, and all that it starts. */
  readonly processFiles: readonly string[];
  readUsage(): Promise<GroupUsage>;
  /** Undefined where the machine can't freeze groups. */
  readonly freeze: ((frozen: boolean) => Promise<void>) | undefined;
}

export interface ControlGroups {
  /** What is not limited by the kernel here, in sentences for the operator. */
  readonly notices: readonly string[];
  create(limits: ResourceLimits, scope: Scope): Promise<ControlGroup>;
}

/** A title that has used up its share waits so long at most: a tenth of a second, the default, is six frames. */
const CPU_PERIOD_US = 20_000;
const MIB = 1024 * 1024;
const REMOVE_ATTEMPTS = 40;
const REMOVE_WAIT_MS = 25;
const NAME = /^nearframe-(\d+)-\d+$/;

const LIMITED: Readonly<Record<Exclude<Controller, "freezer">, string>> = {
  memory: "memory",
  pids: "processes",
  cpu: "processor time",
};

let groupCount = 0;

export async function openControlGroups(): Promise<ControlGroups> {
  const hierarchies = await findHierarchies();
  for (const { folder } of new Set(hierarchies.values())) await sweepGroups(folder);
  const missing = Object.entries(LIMITED).filter(([controller]) => !hierarchies.has(controller as Controller));
  return {
    notices:
      missing.length === 0
        ? []
        : [
            `Titles' ${missing.map(([, what]) => what).join(", ")} can't be limited by control groups here, and is watched instead: ` +
              "run the node as a service with Delegate=yes, or as root.",
          ],
    create: (limits, scope) => createGroup(hierarchies, limits, scope),
  };
}

async function createGroup(
  hierarchies: ReadonlyMap<Controller, Hierarchy>,
  limits: ResourceLimits,
  scope: Scope,
): Promise<ControlGroup> {
  const name = `nearframe-${process.pid}-${groupCount++}`;
  const folders = new Map<Hierarchy, string>();
  for (const hierarchy of new Set(hierarchies.values())) {
    const folder = join(hierarchy.folder, name);
    await mkdir(folder);
    folders.set(hierarchy, scope.own(folder, removeGroup));
  }
  const fileOf = (controller: Controller, names: { v1: string; v2: string }): string | undefined => {
    const hierarchy = hierarchies.get(controller);
    const folder = hierarchy && folders.get(hierarchy);
    return folder && join(folder, hierarchy.version === 1 ? names.v1 : names.v2);
  };
  const set = async (file: string | undefined, value: string) => file && (await writeFile(file, value));

  await set(fileOf("memory", { v1: "memory.limit_in_bytes", v2: "memory.max" }), String(limits.memoryMb * MIB));
  await setIfThere(fileOf("memory", { v1: "memory.memsw.limit_in_bytes", v2: "memory.swap.max" }), (version) =>
    version === 1 ? String(limits.memoryMb * MIB) : "0", hierarchies.get("memory"));
  await setIfThere(fileOf("memory", { v1: "", v2: "memory.oom.group" }), () => "1", hierarchies.get("memory"));
  await set(fileOf("pids", { v1: "pids.max", v2: "pids.max" }), String(limits.tasks));
  await setCpu(fileOf("cpu", { v1: "", v2: "" }), hierarchies.get("cpu"), limits.cpuCores);

  const memoryUsage = fileOf("memory", { v1: "memory.usage_in_bytes", v2: "memory.current" });
  const memoryEvents = fileOf("memory", { v1: "memory.oom_control", v2: "memory.events" });
  const tasks = fileOf("pids", { v1: "pids.current", v2: "pids.current" });
  const taskEvents = fileOf("pids", { v1: "pids.events", v2: "pids.events" });
  const freezer = fileOf("freezer", { v1: "freezer.state", v2: "cgroup.freeze" });
  const freezerVersion = hierarchies.get("freezer")?.version;
  return {
    processFiles: [...folders.values()].map((folder) => join(folder, "cgroup.procs")),
    readUsage: async () => ({
      memoryMb: memoryUsage === undefined ? undefined : Number(await readFile(memoryUsage, "utf8")) / MIB,
      tasks: tasks === undefined ? undefined : Number(await readFile(tasks, "utf8")),
      memoryKills: await readCount(memoryEvents, "oom_kill"),
      tasksRefused: await readCount(taskEvents, "max"),
    }),
    freeze:
      freezer === undefined
        ? undefined
        : (frozen) => writeFile(freezer, freezerVersion === 1 ? (frozen ? "FROZEN" : "THAWED") : frozen ? "1" : "0"),
  };
}

/** Files that a kernel without swap accounting lacks. */
async function setIfThere(file: string | undefined, value: (version: 1 | 2) => string, hierarchy: Hierarchy | undefined): Promise<void> {
  if (!file || !hierarchy || file.endsWith("/")) return;
  const present = await readFile(file).then(() => true, () => false);
  if (present) await writeFile(file, value(hierarchy.version));
}

async function setCpu(folder: string | undefined, hierarchy: Hierarchy | undefined, cores: number): Promise<void> {
  if (!folder || !hierarchy) return;
  const quota = Math.round(cores * CPU_PERIOD_US);
  if (hierarchy.version === 2) return writeFile(join(folder, "cpu.max"), `${quota} ${CPU_PERIOD_US}`);
  await writeFile(join(folder, "cpu.cfs_period_us"), `${CPU_PERIOD_US}`);
  await writeFile(join(folder, "cpu.cfs_quota_us"), `${quota}`);
}

async function readCount(file: string | undefined, key: string): Promise<number> {
  if (file === undefined) return 0;
  const line = (await readFile(file, "utf8")).split("\n").find((each) => each.startsWith(`${key} `));
  return line === undefined ? 0 : Number(line.slice(key.length + 1));
}

/** A group can be removed when the last of its processes is quite gone, which is a moment after its end is heard. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || attempt >= REMOVE_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, REMOVE_WAIT_MS));
    }
  }
}

/** Groups of nodes that were killed. */
async function sweepGroups(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const maker = NAME.exec(name)?.[1];
    if (maker === undefined) continue;
    const alive = await readFile(`/proc/${maker}/stat`).then(() => true, () => false);
    // Its title may be dying at this moment; then the next node sweeps it.
    if (!alive) await rmdir(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EBUSY" && error.code !== "ENOENT") throw error;
    });
  }
}
