// Goes from set-up, on the machine's own Node, to the program itself, on Node 24.

import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { node24Path } from "./setup/node24.mjs";
import { SetupError } from "./setup/setup-error.mjs";

/** What set-up has to tell the program: a JSON list of sentences. */
export const NOTICES_VARIABLE = "NEARFRAME_SETUP_NOTICES";

const NPM_CHECK_MS = 200;

const PASSED_ON = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs the program and resolves with its exit code. The program holds an IPC
 * channel, so that it hears of it when this process is killed.
 *
 * @param {string} script
 * @param {readonly string[]} args
 * @param {import("./setup/run-steps.mjs").SetupContext} context
 * @returns {Promise<number>}
 */
export async function handOver(script, args, { root, env, notices }) {
  const node = await node24Path(root);
  if (!node) throw new SetupError("Node 24 is missing from node_modules: run the same command without --no-setup.");
  const binaries = path.join(root, "node_modules", ".bin");
  const child = spawn(node, [script, ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...env,
      PATH: `${binaries}${path.delimiter}${env["PATH"] ?? ""}`,
      [NOTICES_VARIABLE]: JSON.stringify(notices),
    },
  });
  // The program decides when it ends; until then this process stays.
  const endWatch = watchNpm(env, () => child.kill("SIGTERM"));
  const handlers = PASSED_ON.map((signal) => /** @type {const} */ ([signal, () => void child.kill(signal)]));
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
    });
  } finally {
    endWatch();
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

/**
 * npm passes signals on; killed, it can't, and all that tells is another parent.
 * The scripts of package.json say `exec`, so that this process is npm's own child:
 * a shell between them would swallow both. A shell that ends is no reason to stop: whoever left this in
 * the background meant it.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {() => void} onGone
 * @returns {() => void}  Ends the watch.
 */
function watchNpm(env, onGone) {
  if (env["npm_lifecycle_event"] === undefined) return () => {};
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== npm) onGone();
  }, NPM_CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
