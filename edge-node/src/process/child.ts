// A child process that can't outlive its owner.
//
// It leads a process group of its own. Closing its scope asks the child to end, which
// is to look after what it has started; then the whole group is killed.
// Should this process die without a word (SIGKILL), the kernel kills the child
// (PR_SET_PDEATHSIG through setpriv), and what the child had started loses its
// display and sound with it.

import { spawn } from "node:child_process";
import { getPriority, setPriority } from "node:os";
import type { Readable } from "node:stream";
import { TimeoutError, withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { requireCommand } from "./find-command.ts";
import { OutputTail } from "./output-tail.ts";

/** Between asking a child to end and killing its group. */
export const TERM_GRACE_MS = 1_500;
/** After SIGKILL, for the kernel to tear down the group and close its pipes. */
const KILL_WAIT_MS = 1_000;

export type ChildOptions = {
  /** Absolute path of the program. */
  file: string;
  args: readonly string[];
  /** All of the child's environment: nothing is inherited. */
  environment: Readonly<Record<string, string>>;
  /** Working folder. */
  folder: string;
  termGraceMs?: number;
  /** Hears each line of stdout and stderr. */
  onLine?: (line: string) => void;
  /** Gives the child a descriptor 3 to write to, and hears what it writes there. */
  onReport?: (text: string) => void;
  /** Open files of this process that the child gets as descriptors 4, 5, … */
  files?: readonly number[];
  /** Asks it to end, where a signal to the leader would not reach whom it is meant for. */
  askToEnd?: () => void;
};

export type ChildExit = { code: number | null; signal: NodeJS.Signals | null };

export interface Child {
  readonly pid: number;
  /** Settles when the group's leader has ended; the rest of its group is killed then. */
  readonly exited: Promise<ChildExit>;
  lastOutput(): string;
}

/** Resolves when the program has been started; rejects if it could not be. */
export async function createChild(options: ChildOptions, scope: Scope): Promise<Child> {
  const setpriv = await requireCommand("setpriv", "util-linux");
  scope.signal.throwIfAborted();
  const child = spawn(setpriv, ["--pdeathsig", "KILL", "--", options.file, ...options.args], {
    cwd: options.folder,
    env: options.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", options.onReport ? "pipe" : "ignore", ...(options.files ?? [])],
  });

  // The node runs before other programs; what it starts does not, unless that is asked for.
  // One that was started to run after others stays there: to come forward takes a privilege.
  if (child.pid !== undefined && getPriority() < 0) setPriority(child.pid, 0);
  const tail = new OutputTail(options.onLine);
  const outputs = child.stdio.slice(1, options.onReport ? 4 : 3) as Readable[];
  const hearers = [(text: string) => tail.append(text), (text: string) => tail.append(text), options.onReport];
  for (const [index, output] of outputs.entries()) {
    output.setEncoding("utf8");
    output.on("data", (text: string) => hearers[index]?.(text));
  }
  // Until the leader has been reaped its number can't belong to another group.
  let running = true;
  const exited = new Promise<ChildExit>((resolve) => {
    child.once("exit", (code, signal) => {
      running = false;
      if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
      resolve({ code, signal });
    });
  });
  const outputsClosed = new Promise<void>((resolve) => child.once("close", () => resolve()));

  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  const pid = child.pid as number;
  const askToEnd = options.askToEnd ?? (() => void process.kill(pid, "SIGTERM"));
  scope.own(child, async () => {
    if (running) askToEnd();
    await settlesWithin(exited, options.termGraceMs ?? TERM_GRACE_MS);
    if (running) signalGroup(pid, "SIGKILL");
    await exited;
    await settlesWithin(outputsClosed, KILL_WAIT_MS);
    // Something that left the group may still hold the other ends.
    for (const output of outputs) output.destroy();
  });
  return { pid, exited, lastOutput: () => tail.read() };
}

/** How a child ended, for a sentence: "with status 1", "by SIGSEGV". */
export function describeExit(exit: ChildExit): string {
  return exit.signal === null ? `with status ${exit.code}` : `by ${exit.signal}`;
}

function signalGroup(leaderPid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leaderPid, signal);
  } catch (error) {
    // Nobody is left in the group: that is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<void> {
  try {
    await withTimeout(promise, limitMs, "still running");
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}
