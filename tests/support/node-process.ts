// One edge node as a process of its own, for tests that bring the server themselves.

import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { copyTriedEncoders } from "./encoder-template.ts";
import { ROOT } from "./stack.ts";

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/** Resolves when it has registered. `nodeArguments`: of Node.js itself, such as what is to be preloaded. */
export async function startNode(environment: Readonly<Record<string, string>>, scope: Scope, nodeArguments: readonly string[] = []): Promise<void> {
  const data = await mkdtemp(path.join(os.tmpdir(), "nearframe-node-"));
  scope.own(data, (data) => rm(data, { recursive: true, force: true }));
  await copyTriedEncoders([data]);
  const child = fork(path.join(ROOT, "edge-node/src/main.ts"), {
    env: { ...process.env, NEARFRAME_DATA: data, NEARFRAME_LOG: "warn", NEARFRAME_WARM: "0", ...environment },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [...nodeArguments],
  });
  let said = "";
  child.stderr?.on("data", (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4_000)));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  scope.own(child, async () => {
    if (child.exitCode === null) child.kill("SIGINT");
    await withTimeout(ended, STOP_TIMEOUT_MS, "the node did not end").catch(() => child.kill("SIGKILL"));
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message: { type?: string }) => message.type === "ready" && resolve());
    void ended.then((code) => reject(new Error(`the node ended with ${code}: ${said}`)));
  });
  await withTimeout(ready, START_TIMEOUT_MS, "the node did not get ready");
}
