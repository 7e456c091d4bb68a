// One running program: a child process on this same Node that says when it is
// ready, leads a process group of its own, and is ended with everything in it.
//
// The group keeps a terminal's Ctrl-C from reaching it: the one who started it
// ends it, in order. Should that one be killed, the child hears it by its IPC
// channel closing.

import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { TimeoutError, withTimeout } from "@nearframe/shared/lifetime";
import type { ProgramSpec } from "./programs.ts";
import { signalGroup } from "./signal-group.ts";

export const READY_LIMIT_MS = 30_000;
/** Between asking a program to end and killing its group; a scope waits 5 s. */
export const STOP_GRACE_MS = 4_000;
/** Its last lines, shown when it dies. */
const LINES_KEPT = 15;

export type ProgramExit = { code: number | null; signal: NodeJS.Signals | null };

/** The message that says "ready", as the program sent it. */
export type ReadyMessage = Readonly<Record<string, unknown>>;

export class ProgramFailedError extends Error {
  readonly code = "PROGRAM_FAILED";
  readonly output: string;

  constructor(message: string, output: string) {
    super(message);
    this.output = output;
  }
}

export interface Program {
  readonly ready: Promise<ReadyMessage>;
  readonly exited: Promise<ProgramExit>;
  lastOutput(): string;
  /** Resolves when its whole group has ended; in bounded time. */
  stop(): Promise<void>;
  kill(): void;
}

export type OutputSource = "stdout" | "stderr";

export function startProgram(spec: ProgramSpec, onLine: (line: string, source: OutputSource) => void): Program {
  const child = spawn(process.execPath, [spec.script], {
    env: { ...spec.environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  const lines: string[] = [];
  for (const source of ["stdout", "stderr"] as const) {
    const output = child[source];
    if (!output) continue;
    createInterface({ input: output }).on("line", (line) => {
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
      onLine(line, source);
    });
  }
  const exited = new Promise<ProgramExit>((resolve, reject) => {
    child.once("error", reject);
    // "close" and not "exit": its last lines have been read by then.
    child.once("exit", (code, signal) => {
      signalGroup(child.pid, "SIGKILL");
      child.once("close", () => resolve({ code, signal }));
    });
  });
  const lastOutput = () => lines.join("\n");
  const ready = waitUntilReady(spec.name, child, exited, lastOutput);
  // Who asked for the program may stop it before asking whether it got ready.
  ready.catch(() => {});
  return {
    ready,
    exited,
    lastOutput,
    kill: () => signalGroup(child.pid, "SIGKILL"),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return void (await exited);
      child.kill("SIGTERM");
      try {
        await withTimeout(exited, STOP_GRACE_MS, `${spec.name} did not end`);
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        signalGroup(child.pid, "SIGKILL");
        await exited;
      }
    },
  };
}

async function waitUntilReady(
  name: string,
  child: ChildProcess,
  exited: Promise<ProgramExit>,
  lastOutput: () => string,
): Promise<ReadyMessage> {
  const message = new Promise<ReadyMessage>((resolve) => {
    child.on("message", (value) => {
      if (isReady(value)) resolve(value);
    });
  });
  const died = exited.then((exit) => {
    throw new ProgramFailedError(`The ${name} ended while it was starting (${describeExit(exit)}).`, lastOutput());
  });
  try {
    return await withTimeout(Promise.race([message, died]), READY_LIMIT_MS, "not ready");
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new ProgramFailedError(`The ${name} was not ready after ${READY_LIMIT_MS / 1000} s.`, lastOutput());
  }
}

function isReady(value: unknown): value is ReadyMessage {
  return typeof value === "object" && value !== null && "type" in value && value.type === "ready";
}

export function describeExit({ code, signal }: ProgramExit): string {
  return signal ? `by ${signal}` : `with status ${code}`;
}
