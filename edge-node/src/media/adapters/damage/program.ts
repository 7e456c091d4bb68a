// The processes of pipelines: made when one is asked for, or kept ready.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Scope, withTimeout } from "@nearframe/shared/lifetime";
import { OutputTail } from "../../../process/output-tail.ts";

const PROGRAM = fileURLToPath(new URL("./pipeline-process.ts", import.meta.url));
/** Between closing the channel and killing the process. */
const CLOSE_GRACE_MS = 1_000;
const KILL_WAIT_MS = 1_000;
/** Whoever starts has the machine for that long before a spare is loaded: a node as well as a session. */
export const REFILL_MS = 3_000;
/** What dies again and again while it only waits is loaded less and less often. */
const REFILL_MS_MAX = 10 * 60_000;

/** A process that was told nothing yet; it ends with the scope that took it. */
export type Program = { readonly child: ChildProcess; readonly tail: OutputTail };
export type TakeProgram = (scope: Scope) => Program;

export const startProgram: TakeProgram = (scope) => {
  const tail = new OutputTail();
  const child = fork(PROGRAM, {
    // Not the node's own flags: a debugger's port can be taken only once.
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  scope.own(child, (child) => endProcess(child, exited));
  for (const output of [child.stdout, child.stderr]) output?.setEncoding("utf8").on("data", (text: string) => tail.append(text));
  return { child, tail };
};

/**
 * Keeps one process that has loaded Node and the codecs, which the first picture of a session, and one that
 * replaces a failed pipeline, would wait for. It costs memory alone; one that dies is replaced.
 */
export function keepSpareProgram(scope: Scope, { refillMs = REFILL_MS }: { refillMs?: number } = {}): TakeProgram {
  let spare: { program: Program; owner: Scope } | undefined;
  let refill: NodeJS.Timeout | undefined;
  let waitMs = refillMs;
  scope.own(undefined, () => clearTimeout(refill));

  function load(): void {
    const owner = scope.child();
    const made = { program: startProgram(owner), owner };
    spare = made;
    const lost = () => {
      if (spare !== made) return;
      spare = undefined;
      waitMs = Math.min(2 * waitMs, REFILL_MS_MAX);
      void owner.close("it ended").finally(loadLater);
    };
    made.program.child.once("exit", lost).once("error", lost);
  }

  function loadLater(): void {
    clearTimeout(refill);
    if (!scope.closed) refill = setTimeout(() => spare ?? load(), waitMs);
  }

  loadLater();
  return (taker) => {
    // One that has died and is not known to have is as good as none.
    const taken = spare?.program.child.connected ? spare : undefined;
    if (taken) {
      spare = undefined;
      waitMs = refillMs;
    }
    loadLater();
    if (!taken) return startProgram(taker);
    taker.adopt(taken.owner);
    return taken.program;
  };
}

async function endProcess(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.connected) child.disconnect();
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const kill = setTimeout(() => child.kill("SIGKILL"), CLOSE_GRACE_MS);
  try {
    await withTimeout(exited, CLOSE_GRACE_MS + KILL_WAIT_MS, `process ${child.pid} did not end after SIGKILL`);
  } finally {
    clearTimeout(kill);
  }
}
