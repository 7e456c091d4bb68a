// The whole product as a person starts it: `npm start` on a free port, with its
// own data folder, and ended by Ctrl-C.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { copyEmptyDatabase } from "./database-template.ts";
import { copyTriedEncoders } from "./encoder-template.ts";

export const ROOT = path.join(import.meta.dirname, "..", "..");
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
/** As many as any test starts. */
const EDGES_MAX = 3;

export type Stack = {
  url: string;
  /** The launcher; everything it started is below it. */
  pid: number;
  /** Where server and nodes keep theirs. */
  data: string;
  output(): string;
  /** Ctrl-C, and wait for the end. Resolves with the exit code. */
  interrupt(): Promise<number | null>;
};

export type StackOptions = {
  /** Extra folders of titles. */
  titles?: readonly string[];
  args?: readonly string[];
  environment?: Readonly<Record<string, string>>;
};

export async function startStack(options: StackOptions, scope: Scope): Promise<Stack> {
  const port = await freePort();
  const data = await mkdtemp(path.join(os.tmpdir(), "nearframe-e2e-"));
  scope.own(data, (data) => rm(data, { recursive: true, force: true }));
  await copyEmptyDatabase(path.join(data, "db"));
  await copyTriedEncoders(Array.from({ length: EDGES_MAX }, (_, index) => path.join(data, "nodes", String(index + 1))));
  const launcher = spawn(
    process.execPath,
    [path.join(ROOT, "infra/cli.mjs"), "start", "--no-setup", "--port", String(port), ...(options.args ?? [])],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        NEARFRAME_DATA: data,
        // What a machine measures while it runs tests is not what they are about.
        NEARFRAME_SLOTS: "2",
        // A copy that waits for the next player is taken for something left over.
        NEARFRAME_WARM: "0",
        ...(options.titles ? { NEARFRAME_TITLES: options.titles.join(path.delimiter) } : {}),
        ...options.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: the tests' Ctrl-C is not its Ctrl-C.
      detached: true,
    },
  );
  const lines: string[] = [];
  const exited = new Promise<number | null>((resolve) => launcher.once("exit", resolve));
  const url = `http://localhost:${port}`;
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [launcher.stdout, launcher.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (lines.length > 500) lines.shift();
        if (line.includes(url)) resolve();
      });
    }
    void exited.then((code) => reject(new Error(`npm start ended with ${code}:\n${lines.join("\n")}`)));
  });
  const interrupt = async () => {
    if (launcher.exitCode === null) launcher.kill("SIGINT");
    return withTimeout(exited, STOP_TIMEOUT_MS, "npm start did not end on Ctrl-C");
  };
  scope.own(launcher, async () => {
    await interrupt().catch(() => launcher.kill("SIGKILL"));
  });
  await withTimeout(ready, START_TIMEOUT_MS, "npm start printed no address");
  return { url, pid: launcher.pid ?? 0, data, output: () => lines.join("\n"), interrupt };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
