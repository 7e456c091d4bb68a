// Runs a program for set-up: its output is read line by line and the end of it
// kept, it has a time limit, and it is ended when set-up is.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { SetupError } from "./setup-error.mjs";

/** What is kept of a program's output, for the message when it fails. */
const OUTPUT_LINES_KEPT = 200;
/** Between asking a program to end and ending it. */
const KILL_AFTER_MS = 3_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} timeLimitMs
 * @property {(line: string) => void} [onLine]  Called for each line of output.
 */

/**
 * @typedef {object} RunResult
 * @property {number | null} code  Null if a signal ended it.
 * @property {string} output       Its last lines, standard output and error together.
 * @property {boolean} timedOut
 */

/**
 * Resolves when the program has ended, however it ended.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<RunResult>}  Rejects with a SetupError when there is no such program.
 */
export function runCommand(command, args, { cwd, env = process.env, timeLimitMs, onLine }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    /** @type {string[]} */
    const lines = [];
    const takeLine = (/** @type {string} */ line) => {
      lines.push(line);
      if (lines.length > OUTPUT_LINES_KEPT) lines.shift();
      onLine?.(line);
    };
    createInterface({ input: child.stdout }).on("line", takeLine);
    createInterface({ input: child.stderr }).on("line", takeLine);

    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      endChild(child);
    }, timeLimitMs);
    child.once("error", (error) => {
      clearTimeout(limit);
      running.delete(child);
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
      reject(missing ? new SetupError(`The program "${command}" is not on this machine.`) : error);
    });
    child.once("close", (code) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ code, output: lines.join("\n"), timedOut });
    });
  });
}

/** Ends every program that is still running. */
export function endRunningCommands() {
  for (const child of running) endChild(child);
}

/** @param {import("node:child_process").ChildProcess} child */
function endChild(child) {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
}
