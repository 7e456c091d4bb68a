// A confinement as the command line that makes it so. Pure, but for looking at
// which folders this machine has.
//
// The title's own environment is set last, by env(1), when every privilege is
// gone: a manifest's LD_PRELOAD must not be read by a program that has some.

import path from "node:path";
import type { Confinement } from "../ports.ts";
import { READ_ONLY_FILES, systemFileArguments } from "./system-files.ts";

/** The title's user, whoever that is outside. */
export const PLAYER_ID = 1000;
export const INSIDE = { home: "/home/player", titleFolder: "/title", runtime: "/run/user/1000" } as const;

/** Scratch space in memory; a title's real files belong into its home. */
const TMP_BYTES = 256 * 1024 * 1024;
/** Chromium and Mesa pass pictures between processes through it. */
const SHARED_MEMORY_BYTES = 512 * 1024 * 1024;
/** For sockets. */
const RUNTIME_BYTES = 16 * 1024 * 1024;
const OPEN_FILES_MAX = 4096;

export type Tools = { bwrap: string; setpriv: string; prlimit: string; env: string };

export type Descriptors = {
  /** Where bwrap tells the first process's number. */
  info: number;
  seccomp: number;
  /** Nothing of the title begins before this can be read; undefined: it begins at once. */
  wait: number | undefined;
  /** A user namespace made for it; undefined: bwrap makes one that holds only this user. */
  userNamespace: number | undefined;
};

/** What follows bwrap's own path. `etc` holds `passwd`, `group` and `machine-id` of the sandbox. */
export function bubblewrapArguments(confinement: Confinement, tools: Tools, etc: string, descriptors: Descriptors): string[] {
  const { program, limits, network, card } = confinement;
  const needed = program.needs ?? [];
  const devices = card?.devices ?? [];
  const facts = card?.facts ?? [];
  const inside = [...READ_ONLY_FILES, ...needed, ...facts, ...Object.values(confinement.sessionFiles), INSIDE.home, INSIDE.titleFolder, INSIDE.runtime];
  return [
    ...(descriptors.userNamespace === undefined
      ? ["--unshare-user", "--uid", String(PLAYER_ID), "--gid", String(PLAYER_ID)]
      : ["--userns", String(descriptors.userNamespace)]),
    "--unshare-pid",
    "--unshare-uts", "--hostname", "player",
    "--unshare-cgroup-try",
    // Even a title that may reach out does so from a network of its own.
    "--unshare-net",
    ...(descriptors.wait === undefined ? [] : ["--block-fd", String(descriptors.wait)]),
    // Shared memory is how a title hands its picture to its display: both live in one namespace of their own.
    ...(confinement.displayPid === undefined ? ["--unshare-ipc"] : []),
    "--die-with-parent",
    "--new-session",
    "--info-fd", String(descriptors.info),
    "--seccomp", String(descriptors.seccomp),
    "--clearenv", "--setenv", "PATH", "/usr/bin:/bin",

    ...parentFolders(inside).flatMap((folder) => ["--perms", "0755", "--dir", folder]),
    ...systemFileArguments(network),
    "--proc", "/proc",
    "--dev", "/dev",
    ...parentFolders(devices).filter((folder) => folder !== "/dev").flatMap((folder) => ["--perms", "0755", "--dir", folder]),
    ...devices.flatMap((device) => ["--dev-bind", device, device]),
    ...facts.flatMap((fact) => ["--ro-bind", fact, fact]),
    "--perms", "1777", "--size", String(SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm",
    "--perms", "1777", "--size", String(TMP_BYTES), "--tmpfs", "/tmp",
    ...parentFolders(inside, "/tmp").flatMap((folder) => ["--perms", "0755", "--dir", folder]),
    "--ro-bind", path.join(etc, "passwd"), "/etc/passwd",
    "--ro-bind", path.join(etc, "group"), "/etc/group",
    "--ro-bind", path.join(etc, "machine-id"), "/etc/machine-id",
    ...(network ? ["--ro-bind", path.join(etc, "resolv.conf"), "/etc/resolv.conf"] : []),
    "--perms", "1777", "--size", String(RUNTIME_BYTES), "--tmpfs", INSIDE.runtime,
    ...(program.hides ?? []).flatMap((folder) => ["--perms", "0755", "--tmpfs", folder]),
    ...needed.flatMap((file) => ["--ro-bind", file, file]),
    "--ro-bind", confinement.titleFolder, INSIDE.titleFolder,
    "--bind", confinement.homeFolder, INSIDE.home,
    ...Object.entries(confinement.sessionFiles).flatMap(([from, to]) => ["--ro-bind", from, to]),
    "--remount-ro", "/dev",
    "--remount-ro", "/",
    "--chdir", program.folder,
    "--",
    tools.setpriv,
    ...(descriptors.userNamespace === undefined
      ? []
      : ["--reuid", String(PLAYER_ID), "--regid", String(PLAYER_ID), ...(card && card.groups.length > 0 ? ["--groups", card.groups.join(",")] : ["--clear-groups"])]),
    "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--no-new-privs",
    "--",
    tools.prlimit,
    `--nproc=${limits.tasks}`,
    `--nofile=${OPEN_FILES_MAX}`,
    `--fsize=${limits.diskMb * 1024 * 1024}`,
    "--core=0",
    "--",
    tools.env, "-i",
    ...Object.entries(confinement.environment).map(([name, value]) => `${name}=${value}`),
    program.file,
    ...program.args,
  ];
}

/**
 * Outermost first. bwrap makes the parents of what it mounts for nobody but itself.
 * Those in /tmp come after /tmp, the others before everything.
 */
function parentFolders(paths: readonly string[], below = "/"): string[] {
  const parents = new Set<string>();
  for (const each of paths) {
    const steps = path.dirname(each).split("/").filter((step) => step !== "");
    steps.forEach((_, index) => parents.add(`/${steps.slice(0, index + 1).join("/")}`));
  }
  return [...parents]
    .filter((folder) => !folder.startsWith("/usr") && folder !== "/tmp" && isBelow("/tmp", folder) === (below === "/tmp"))
    .toSorted();
}

const isBelow = (parent: string, folder: string): boolean => folder.startsWith(`${parent}/`);
