// Where this machine's control groups are, and which of them this process may use.

import { constants } from "node:fs";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

export type Controller = "memory" | "pids" | "cpu" | "freezer";
const CONTROLLERS: readonly Controller[] = ["memory", "pids", "cpu", "freezer"];

/** `folder`: the group that this process belongs to, below which it makes others. */
export type Hierarchy = { version: 1 | 2; folder: string };

export type Mount = { root: string; point: string; type: string; options: string[] };

/** Lines of /proc/self/mountinfo; proc(5). */
export function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root, point] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    return root && point && type ? [{ root, point, type, options: options.split(",") }] : [];
  });
}

/** Lines of /proc/self/cgroup: controllers (none for version 2) and this process's group. */
export function parseMembership(text: string): { controllers: string[]; group: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, controllers = "", ...group] = line.split(":");
    return group.length === 0 ? [] : [{ controllers: controllers.split(",").filter((name) => name !== ""), group: group.join(":") }];
  });
}

/** The folder of each controller's hierarchy in which this process's own group is. */
export function locateHierarchies(mounts: readonly Mount[], memberships: ReturnType<typeof parseMembership>): Map<Controller | "unified", string> {
  const found = new Map<Controller | "unified", string>();
  for (const { root, point, type, options } of mounts) {
    if (type !== "cgroup" && type !== "cgroup2") continue;
    const names = type === "cgroup2" ? ["unified" as const] : CONTROLLERS.filter((name) => options.includes(name));
    for (const name of names) {
      const membership = memberships.find(({ controllers }) =>
        name === "unified" ? controllers.length === 0 : controllers.includes(name),
      );
      if (!membership || found.has(name)) continue;
      const below = relative(root, membership.group);
      if (!below.startsWith("..")) found.set(name, join(point, below));
    }
  }
  return found;
}

export async function findHierarchies(): Promise<Map<Controller, Hierarchy>> {
  const located = locateHierarchies(
    parseMounts(await readFile("/proc/self/mountinfo", "utf8")),
    parseMembership(await readFile("/proc/self/cgroup", "utf8")),
  );
  const usable = new Map<Controller, Hierarchy>();
  const unified = located.get("unified");
  if (unified !== undefined && (await writable(unified))) {
    const hierarchy: Hierarchy = { version: 2, folder: unified };
    // Freezing is part of every group of version 2, whatever its controllers.
    if (await writable(join(unified, "cgroup.procs"))) usable.set("freezer", hierarchy);
    for (const controller of await enableControllers(unified)) usable.set(controller, hierarchy);
  }
  for (const controller of CONTROLLERS) {
    const folder = located.get(controller);
    if (folder !== undefined && !usable.has(controller) && (await writable(folder))) usable.set(controller, { version: 1, folder });
  }
  return usable;
}

/** Lets the groups below `folder` have limits; tells which they can have. */
async function enableControllers(folder: string): Promise<Controller[]> {
  const offered = (await readFile(join(folder, "cgroup.controllers"), "utf8")).trim().split(" ");
  const wanted = CONTROLLERS.filter((name) => offered.includes(name));
  if (wanted.length === 0) return [];
  const enable = () => writeFile(join(folder, "cgroup.subtree_control"), wanted.map((name) => `+${name}`).join(" "));
  try {
    await enable();
    return wanted;
  } catch (error) {
    // Version 2 keeps processes in leaves only: this one moves into one of its own.
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") return [];
  }
  const leaf = join(folder, "nearframe-node");
  try {
    await mkdir(leaf, { recursive: true });
    await writeFile(join(leaf, "cgroup.procs"), `${process.pid}`);
    await enable();
    return wanted;
  } catch {
    // Somebody else's processes share the group: it is not ours to divide. The notice says what to do.
    return [];
  }
}

async function writable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(() => true, () => false);
}
