// Confines titles with Bubblewrap, libseccomp and control groups.
//
// The chain, each replacing the last: setpriv (dies with the node) -> sh (joins the
// control groups) -> nsenter (the display's IPC namespace) -> bwrap (namespaces, file
// system, system calls) -> setpriv (no privileges) -> prlimit -> env -> the title.

import { closeSync, readFileSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Scope } from "@nearframe/shared/lifetime";
import { createChild } from "../../process/child.ts";
import { requireCommand } from "../../process/find-command.ts";
import { enterIpcNamespace } from "../../process/ipc-namespace.ts";
import { createPrivateFolder } from "../../process/private-folder.ts";
import { openControlGroups, type ControlGroups } from "../limits/control-groups.ts";
import { descendantsOf } from "../limits/read-processes.ts";
import { watchUsage } from "../limits/watch-usage.ts";
import { openGate } from "../network/gate.ts";
import { openTitleNetworks, type TitleNetworks, type TitleNetworksOptions } from "../network/title-network.ts";
import type { ConfinedExit, Sandbox } from "../ports.ts";
import { bubblewrapArguments, INSIDE, PLAYER_ID, type Tools } from "./bubblewrap-arguments.ts";
import { openSeccompFilter } from "./seccomp.ts";
import { claimUserId, giveFolder, openUserNamespace } from "./user-namespace.ts";

const ETC = {
  passwd: `player:x:${PLAYER_ID}:${PLAYER_ID}:Player:${INSIDE.home}:/bin/sh\n`,
  group: `player:x:${PLAYER_ID}:\n`,
  // The same everywhere: a title learns nothing of the machine from it.
  "machine-id": `${"0".repeat(31)}1\n`,
};
const JOIN_GROUPS = 'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 1; shift; n=$((n - 1)); done; exec "$@"';
/** A game may want to write its saves when it is asked to end. */
const TERM_GRACE_MS = 2_000;
/** The first descriptor of a child's own, after its report's. */
const FIRST_FILE = 4;
const REPORT = 3;

const run = promisify(execFile);

export type BubblewrapOptions = TitleNetworksOptions & { networkAllowed: boolean };

/** Rejects with what to do where this machine can't confine programs. */
export async function openBubblewrap({ networkAllowed, ...networking }: BubblewrapOptions): Promise<Sandbox> {
  const [bwrap, setpriv, prlimit, env, sh] = await Promise.all([
    requireCommand("bwrap", "bubblewrap"),
    requireCommand("setpriv", "util-linux"),
    requireCommand("prlimit", "util-linux"),
    requireCommand("env", "coreutils"),
    requireCommand("sh", "dash"),
  ]);
  await tryNamespaces(bwrap);
  const groups = await openControlGroups();
  const networks = networkAllowed ? await openTitleNetworks(networking) : undefined;
  const tools: Tools = { bwrap, setpriv, prlimit, env };
  return {
    name: "bubblewrap",
    notices: groups.notices,
    view: () => ({ home: INSIDE.home, titleFolder: INSIDE.titleFolder }),
    start: (confinement, scope) => start({ tools, sh, groups, networks }, confinement, scope),
  };
}

async function tryNamespaces(bwrap: string): Promise<void> {
  try {
    await run(bwrap, ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "true"], { timeout: 5_000 });
  } catch (error) {
    const why = (error as { stderr?: string }).stderr?.trim() ?? (error as Error).message;
    throw new Error(
      `titles can't be confined on this machine: bwrap says "${why}". Allow user namespaces ` +
        "(sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0; in a container also its seccomp profile), " +
        "or set NEARFRAME_SANDBOX=none if every title on this node is one that you trust",
      { cause: error },
    );
  }
}

type Machine = { tools: Tools; sh: string; groups: ControlGroups; networks: TitleNetworks | undefined };

const start = async (
  { tools, sh, groups, networks }: Machine,
  confinement: Parameters<Sandbox["start"]>[0],
  scope: Scope,
): ReturnType<Sandbox["start"]> => {
  if (confinement.network && !networks) throw new Error("this host gives no title a network");
  const etc = await writeEtc(scope);
  const network = confinement.network ? networks : undefined;
  await network?.writeResolver(etc, confinement.networkNames);
  const files: number[] = [];
  const group = await groups.create(confinement.limits, scope);
  let firstPid: number | undefined;
  let exceeded: string | undefined;

  try {
    files.push(openSeccompFilter({ nestsSandboxes: confinement.nestsSandboxes }));
    const privileged = process.getuid?.() === 0;
    if (privileged) {
      await requireReadable(confinement.titleFolder);
      const userId = await claimUserId(scope);
      await giveFolder(confinement.homeFolder, userId);
      files.push(await openUserNamespace(userId));
    }
    const gate = network && (await openGate(scope));
    if (gate) files.push(gate.forChild);
    const descriptors = {
      info: REPORT,
      seccomp: FIRST_FILE,
      userNamespace: privileged ? FIRST_FILE + 1 : undefined,
      wait: gate && FIRST_FILE + files.length - 1,
    };
    const started = Promise.withResolvers<number>();
    const chain = [
      ...(await enterIpcNamespace(confinement.displayPid)),
      tools.bwrap,
      ...bubblewrapArguments(confinement, tools, etc, descriptors),
    ];
    let report = "";
    const child = await createChild(
      {
        file: sh,
        args: ["-c", JOIN_GROUPS, "sh", String(group.processFiles.length), ...group.processFiles, ...chain],
        environment: { PATH: "/usr/bin:/bin" },
        folder: "/",
        files,
        termGraceMs: TERM_GRACE_MS,
        askToEnd: () => {
          // One that has not begun has nothing to write down.
          if (!askTitleToEnd(firstPid)) kill(child.pid);
        },
        onReport: (text) => {
          report += text;
          const pid = /"child-pid":\s*(\d+)/.exec(report)?.[1];
          if (pid === undefined) return;
          firstPid = Number(pid);
          started.resolve(firstPid);
        },
      },
      scope,
    );
    if (network && gate) {
      const early = child.exited.then((): never => {
        throw new Error(`the sandbox ended before it had its network: ${child.lastOutput()}`);
      });
      early.catch(() => undefined);
      await network.join(await Promise.race([started.promise, early]), confinement.networkNames, scope);
      gate.open();
    }
    const watch = watchUsage(
      {
        limits: confinement.limits,
        homeFolder: confinement.homeFolder,
        group,
        firstPid: () => firstPid,
        onExceeded: (what) => {
          exceeded = what;
          kill(child.pid);
        },
        onFault: (error) => {
          exceeded = `what the title uses can't be watched: ${(error as Error).message}`;
          kill(child.pid);
        },
      },
      scope.child(),
    );
    const setFrozen = async (frozen: boolean) => {
      if (group.freeze) return group.freeze(frozen);
      for (const pid of firstPid === undefined ? [] : (await descendantsOf(firstPid)).slice(1)) {
        process.kill(pid, frozen ? "SIGSTOP" : "SIGCONT");
      }
    };
    // A frozen group can't die: whatever ends the title thaws it first.
    scope.own(group, () => setFrozen(false).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
    }));
    return {
      pid: child.pid,
      lastOutput: child.lastOutput,
      exited: child.exited.then(async (exit): Promise<ConfinedExit> => {
        // The kernel may have ended it between two looks.
        exceeded ??= await watch.look().catch(() => undefined);
        return { ...unwrapExit(exit), ...(exceeded !== undefined && { exceeded }) };
      }),
      pause: () => setFrozen(true),
      resume: () => setFrozen(false),
    };
  } finally {
    for (const file of files) closeSync(file);
  }
};

/** Titles run as a user of their own, who owns none of the publisher's files. */
async function requireReadable(titleFolder: string): Promise<void> {
  const { mode } = await stat(titleFolder);
  if ((mode & 0o005) !== 0o005) {
    throw new Error(`the title's folder ${titleFolder} can be read by its owner only; let others read it with: chmod -R o+rX ${titleFolder}`);
  }
}

async function writeEtc(scope: Scope): Promise<string> {
  const folder = await createPrivateFolder("etc", scope);
  await Promise.all(Object.entries(ETC).map(([name, text]) => writeFile(join(folder, name), text, { mode: 0o644 })));
  return folder;
}

/** The sandbox's first process is bwrap's own; the title is what that one started. False if there is none. */
function askTitleToEnd(firstPid: number | undefined): boolean {
  if (firstPid === undefined) return false;
  try {
    const text = readFileSync(`/proc/${firstPid}/task/${firstPid}/children`, "utf8");
    const children = text.split(" ").filter((pid) => pid !== "");
    for (const pid of children) process.kill(Number(pid), "SIGTERM");
    return children.length > 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // It has ended by itself.
    if (code === "ENOENT" || code === "ESRCH") return true;
    throw error;
  }
}

/** The kernel may have been quicker: for a title that it ended for its memory there is nobody left to kill. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** bwrap tells of a signal as a shell does: 128 and its number. */
function unwrapExit({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }): ConfinedExit {
  if (code === null || code <= 128) return { code, signal };
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return name === undefined ? { code, signal } : { code: null, signal: name as NodeJS.Signals };
}
