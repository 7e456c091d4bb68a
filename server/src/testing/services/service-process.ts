// A service of Debian's, started by a test on a port of its own, that can be
// stopped, killed, frozen and started again where it was.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { TimeoutError, withTimeout, type Scope } from "@nearframe/shared/lifetime";

const START_MS = 20_000;
const STOP_MS = 10_000;
const TRIES_MAX = 5;
const OUTPUT_MAX = 20_000;

export type ServiceCommand = { command: string; args: readonly string[]; /** Undefined: our own. */ user?: ServiceUser | undefined };

export type ServiceUser = { uid: number; gid: number };

export type ServiceProcess = {
  /** Resolves when it answers. Does nothing while it runs. */
  start(): Promise<void>;
  /** Resolves when it is gone. SIGKILL is a crash. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Neither answers nor goes: what a machine without memory does. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
};

/** `answers` resolves once the service can be used, and rejects while it can't. */
export async function startService(
  { command, args, user }: ServiceCommand,
  answers: () => Promise<void>,
  scope: Scope,
): Promise<ServiceProcess> {
  let child: ChildProcess | undefined;
  let output = "";
  let frozen = false;

  async function start(): Promise<void> {
    if (child) return;
    scope.signal.throwIfAborted();
    for (let tries = 1; ; tries++) {
      try {
        return await startOnce();
      } catch (error) {
        // What was killed may hold its memory or its port for a moment longer.
        if (tries === TRIES_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200 * tries));
      }
    }
  }

  async function startOnce(): Promise<void> {
    output = "";
    // Goes with the test's process, however that goes.
    const started = spawn("setpriv", [...asUser(user), "--pdeathsig", "KILL", command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    child = started;
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-OUTPUT_MAX));
    started.stdout.on("data", keep);
    started.stderr.on("data", keep);
    const exited = new Promise<never>((_, reject) => {
      started.once("error", reject);
      started.once("exit", (code, signal) => {
        if (child === started) child = undefined;
        reject(new Error(`${command} ended (${code ?? signal}): ${output}`));
      });
    });
    exited.catch(() => {
      // Stopped on purpose, mostly; heard here only while it starts.
    });
    try {
      await withTimeout(Promise.race([untilItAnswers(started), exited]), START_MS, `${command} does not answer: ${output}`);
    } catch (error) {
      await stop("SIGKILL");
      throw error;
    }
  }

  async function untilItAnswers(started: ChildProcess): Promise<void> {
    while (child === started) {
      const ready = await answers().then(
        () => true,
        () => false,
      );
      if (ready) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const stopping = child;
    if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return;
    const gone = once(stopping, "exit");
    if (frozen) await signalAll(stopping.pid, "SIGCONT");
    frozen = false;
    stopping.kill(signal);
    try {
      await withTimeout(gone, STOP_MS, `${command} does not stop`);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      stopping.kill("SIGKILL");
      await gone;
    }
  }

  scope.own(args, () => stop("SIGKILL"));
  await start();
  return {
    start,
    stop,
    freeze: () => {
      frozen = true;
      return signalAll(child?.pid, "SIGSTOP");
    },
    thaw: () => {
      frozen = false;
      return signalAll(child?.pid, "SIGCONT");
    },
  };
}

/** To a process and its children, each of which may lead a group of its own. */
async function signalAll(pid: number | undefined, signal: NodeJS.Signals): Promise<void> {
  if (pid === undefined) return;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  process.kill(pid, signal);
  for (const child of children.split(" ").filter((word) => word !== "")) process.kill(Number(child), signal);
}

/** Words for setpriv. */
export function asUser(user: ServiceUser | undefined): string[] {
  return user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"] : [];
}

/** Free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a service says first on a new connection; rejects if it takes none or says nothing. */
export async function readGreeting(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  try {
    socket.setTimeout(1_000, () => socket.destroy(new Error("silent")));
    const [chunk] = (await once(socket, "data")) as [Buffer];
    return chunk.toString();
  } finally {
    socket.destroy();
  }
}
