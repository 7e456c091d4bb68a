// Runs one of the checking tools with a time limit, its output straight to the
// terminal. On a limit or a Ctrl-C its whole process group is ended, so that no
// browser or display of a test stays behind.

import { spawn } from "node:child_process";
import { signalGroup } from "../start/signal-group.ts";

const KILL_AFTER_MS = 10_000;

export type ToolResult = { exitCode: number | null; timedOut: boolean };

const running = new Set<number>();

export function runTool(args: readonly string[], cwd: string, timeLimitMs: number, env: Readonly<Record<string, string>> = {}): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd, env: { ...process.env, ...env }, stdio: ["ignore", "inherit", "inherit"], detached: true,
    });
    const { pid } = child;
    let timedOut = false;
    let kill: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => {
      timedOut = true;
      signalGroup(pid, "SIGTERM");
      kill = setTimeout(() => signalGroup(pid, "SIGKILL"), KILL_AFTER_MS);
    }, timeLimitMs);
    const settle = () => {
      clearTimeout(limit);
      clearTimeout(kill);
      if (pid !== undefined) running.delete(pid);
    };
    if (pid !== undefined) running.add(pid);
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", (exitCode) => {
      settle();
      // What a test left running belongs to its group.
      signalGroup(pid, "SIGKILL");
      resolve({ exitCode, timedOut });
    });
  });
}

export function endRunningTools(signal: "SIGTERM" | "SIGKILL"): void {
  for (const pid of running) signalGroup(pid, signal);
}
