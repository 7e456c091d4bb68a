// A display shares memory with the programs that draw on it or look at it: both have
// to be in one IPC namespace, which begins with the display.

import { readlink } from "node:fs/promises";
import { requireCommand } from "./find-command.ts";

/** The words that come before a command, so that it runs in the namespace that a process has; none where that is this one's. */
export async function enterIpcNamespace(pid: number | undefined): Promise<string[]> {
  if (pid === undefined) return [];
  const namespace = (kind: string) => `/proc/${pid}/ns/${kind}`;
  const isForeign = async (kind: string) => (await readlink(namespace(kind))) !== (await readlink(`/proc/self/ns/${kind}`));
  if (!(await isForeign("ipc"))) return [];
  const nsenter = await requireCommand("nsenter", "util-linux");
  // Who is not root owns no namespace but those in a user namespace of their own.
  const user = process.getuid?.() !== 0 && (await isForeign("user")) ? ["--preserve-credentials", `--user=${namespace("user")}`] : [];
  return [nsenter, ...user, `--ipc=${namespace("ipc")}`, "--"];
}
