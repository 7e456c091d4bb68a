// For a node that runs as root: a user namespace in which the title's user is
// one that exists nowhere else on the machine, so that even out of its sandbox it
// could touch nothing, and the kernel counts its processes apart.

import { spawn } from "node:child_process";
import { chown, lchown, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { openSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import type { Scope } from "@nearframe/shared/lifetime";
import { requireCommand } from "../../process/find-command.ts";
import { PLAYER_ID } from "./bubblewrap-arguments.ts";

/** What systemd leaves for users that come and go (systemd.exec(5), DynamicUser=). */
const FIRST_ID = 61_184;
const LAST_ID = 65_519;
/** Ids below are mapped as they are, so that bwrap can read whatever it is to show. */
const MAPPED_MAX = 60_000;
const CLAIMS = "/run/nearframe/users";

/** A user id that no other session of this machine has; free again when the scope closes. */
export async function claimUserId(scope: Scope): Promise<number> {
  await mkdir(CLAIMS, { recursive: true, mode: 0o700 });
  const count = LAST_ID - FIRST_ID + 1;
  const from = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step++) {
    const id = FIRST_ID + ((from + step) % count);
    const claim = join(CLAIMS, String(id));
    if (!(await claimFile(claim))) continue;
    return scope.own(id, () => rm(claim, { force: true }));
  }
  throw new Error("every user id for titles is taken");
}

/** The claim names who made it: one of a process that was killed is free. */
async function claimFile(claim: string): Promise<boolean> {
  for (const again of [true, false]) {
    try {
      await writeFile(claim, `${process.pid}`, { flag: "wx", mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (!again || (await claimantLives(claim))) return false;
      await rm(claim, { force: true });
    }
  }
  return false;
}

async function claimantLives(claim: string): Promise<boolean> {
  // Gone since it was found: its session ended.
  const pid = Number(await readFile(claim, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  return readdir(`/proc/${pid}`).then(() => true, () => false);
}

/** An open user namespace with `userId` as its player; the caller closes it. */
export async function openUserNamespace(userId: number): Promise<number> {
  const unshare = await requireCommand("unshare", "util-linux");
  // It only has to exist until the namespace is open: `cat` ends with its input.
  const holder = spawn(unshare, ["--user", "--", "cat"], { stdio: ["pipe", "pipe", "ignore"], env: { PATH: "/usr/bin:/bin" } });
  try {
    await once(holder, "spawn");
    // An answer says that `unshare` is done and `cat` runs.
    holder.stdin.write("\n");
    await once(holder.stdout, "data");
    const map = [`0 0 ${PLAYER_ID}`, `${PLAYER_ID} ${userId} 1`, `${PLAYER_ID + 1} ${PLAYER_ID + 1} ${MAPPED_MAX - PLAYER_ID}`].join("\n");
    await writeFile(`/proc/${holder.pid}/uid_map`, map);
    await writeFile(`/proc/${holder.pid}/gid_map`, map);
    return openSync(`/proc/${holder.pid}/ns/user`, "r");
  } finally {
    holder.stdin.end();
  }
}

/** Gives a folder and all that is in it to the title's user. Links are given away, not followed. */
export async function giveFolder(folder: string, userId: number): Promise<void> {
  await chown(folder, userId, userId);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), userId, userId);
  }
}

