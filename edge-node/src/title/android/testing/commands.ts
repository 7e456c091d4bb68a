// Android's commands that the node uses, on the double's own state. What needs a shell and
// files runs in a real one, which sees the double's folders as the device's.

import { spawn } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { splitWords } from "./shell-words.ts";
import type { ShellStreams } from "./shell-service.ts";

export type InstalledPackage = {
  /** Part of Android: it can't be uninstalled. */
  system: boolean;
  /** ".Main"; undefined for what is not on the home screen. */
  launcher: string | undefined;
};

/** What commands read and change. */
export interface DoubleState {
  readonly root: string;
  /** Whom the shell may become: root by `su`, or an app by `run-as`. */
  readonly access: "root" | "run-as" | "none";
  readonly packages: Map<string, InstalledPackage>;
  readonly properties: ReadonlyMap<string, string>;
  /** In front; undefined: the home screen. */
  front(): string | undefined;
  open(packageName: string): Promise<void>;
  stop(packageName: string): void;
  locked: boolean;
  resize(size: { width: number; height: number } | undefined): void;
  key(name: string): void;
  /** Every command that was run, for tests. */
  readonly commands: string[];
}

type Said = { out?: string; err?: string; code?: number };
const FAILED = 1;

export async function runCommand(state: DoubleState, command: string, streams: ShellStreams): Promise<number> {
  state.commands.push(command);
  return run(state, command, streams, undefined);
}

async function run(state: DoubleState, command: string, streams: ShellStreams, user: string | undefined): Promise<number> {
  const words = splitWords(command);
  const [name = "", ...args] = words ?? [];
  if (name === "su" && args[0] === "0") {
    if (state.access !== "root") return say(streams, { err: "/system/bin/sh: su: inaccessible or not found\n", code: 127 });
    return run(state, requote(args.slice(1)), streams, "root");
  }
  if (name === "run-as") {
    const known = state.packages.has(args[0] ?? "");
    if (state.access !== "run-as" || !known) return say(streams, { err: `run-as: package not debuggable: ${args[0]}\n`, code: FAILED });
    return run(state, requote(args.slice(1)), streams, args[0]);
  }
  const builtin = words && (await runBuiltin(state, name, args, streams, user));
  return builtin ? say(streams, builtin) : runShell(state, command, streams, user);
}

const requote = (words: readonly string[]): string => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");

async function say(streams: ShellStreams, { out = "", err = "", code = 0 }: Said): Promise<number> {
  if (out) await streams.out(Buffer.from(out));
  if (err) await streams.err(Buffer.from(err));
  return code;
}

async function runBuiltin(state: DoubleState, name: string, args: readonly string[], streams: ShellStreams, user: string | undefined): Promise<Said | undefined> {
  switch (name) {
    case "getprop":
      return { out: `${state.properties.get(args[0] ?? "") ?? ""}\n` };
    case "id":
      return args[0] === "-u" ? { out: user === undefined ? "2000\n" : user === "root" ? "0\n" : "10123\n" } : undefined;
    case "pm":
      return runPackages(state, args, streams);
    case "cmd":
      return args[0] === "package" ? runPackages(state, args.slice(1), streams) : { err: `cmd: Can't find service: ${args[0]}\n`, code: 20 };
    case "am":
      return runActivities(state, args);
    case "pidof":
      return state.front() === args[0] ? { out: "4321\n" } : { code: FAILED };
    case "wm": {
      const size = /^(\d+)x(\d+)$/.exec(args[1] ?? "");
      if (args[0] !== "size") return { err: `Unknown command: ${args[0]}\n`, code: 255 };
      state.resize(size ? { width: Number(size[1]), height: Number(size[2]) } : undefined);
      return {};
    }
    case "input":
      if (args[0] === "keyevent") state.key(args[1] ?? "");
      return {};
    case "settings":
    case "logcat":
      return {};
    default:
      return undefined;
  }
}

async function runPackages(state: DoubleState, args: readonly string[], streams: ShellStreams): Promise<Said> {
  const [verb, ...rest] = args;
  const target = rest.findLast((word) => !word.startsWith("-")) ?? "";
  const data = join(state.root, "data/data", target);
  switch (verb) {
    case "list": {
      const third = rest.includes("-3");
      const filter = rest.slice(1).find((word) => !word.startsWith("-")) ?? "";
      const names = [...state.packages].filter(([name, { system }]) => name.includes(filter) && !(third && system)).map(([name]) => `package:${name}\n`);
      return { out: names.join("") };
    }
    case "install": {
      const streamed = rest.indexOf("-S");
      const bytes = streamed >= 0 ? await readExactly(streams, Number(rest[streamed + 1])) : await readFile(join(state.root, target)).catch(() => undefined);
      const [, name, launcher] = /^package: (\S+)(?:\nlauncher: (\S+))?/.exec(bytes?.toString("utf8") ?? "") ?? [];
      if (name === undefined) return { out: "Failure [INSTALL_PARSE_FAILED_NOT_APK: it is no APK]\n", code: FAILED };
      state.packages.set(name, { system: false, launcher });
      await mkdir(join(state.root, "data/data", name), { recursive: true });
      return { out: "Success\n" };
    }
    case "uninstall":
      if (state.packages.get(target)?.system !== false) return { out: "Failure [DELETE_FAILED_INTERNAL_ERROR]\n", code: FAILED };
      state.stop(target);
      state.packages.delete(target);
      await rm(data, { recursive: true, force: true });
      return { out: "Success\n" };
    case "clear":
      if (!state.packages.has(target)) return { out: "Failed\n", code: FAILED };
      state.stop(target);
      await rm(data, { recursive: true, force: true });
      await mkdir(data, { recursive: true });
      return { out: "Success\n" };
    case "resolve-activity": {
      const launcher = state.packages.get(target)?.launcher;
      return launcher === undefined ? { out: "No activity found\n" } : { out: `priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\n${target}/${launcher}\n` };
    }
    case "query-activities":
      return { out: [...state.packages].flatMap(([name, { launcher }]) => (launcher ? [`  priority=0 preferredOrder=0 match=0x108000\n  ${name}/${launcher}\n`] : [])).join("") };
    default:
      return { err: `Unknown command: ${verb}\n`, code: 255 };
  }
}

function readExactly(streams: ShellStreams, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    streams.onInput((bytes) => {
      if (bytes) parts.push(bytes);
      const all = Buffer.concat(parts);
      if (all.length >= count || !bytes) resolve(all.subarray(0, count));
    });
  });
}

async function runActivities(state: DoubleState, args: readonly string[]): Promise<Said> {
  const [verb, ...rest] = args;
  switch (verb) {
    case "start": {
      const component = rest[rest.indexOf("-n") + 1];
      const byLink = rest.includes("-d");
      const name = byLink ? (rest.at(-1) ?? "") : (component?.split("/")[0] ?? "");
      const known = state.packages.get(name);
      const activity = component?.split("/")[1];
      if (!known || (!byLink && activity !== known.launcher)) return { out: `Starting: Intent { }\nError type 3\nError: Activity class {${component}} does not exist.\n` };
      await state.open(name);
      return { out: `Starting: Intent { }\nStatus: ok\nLaunchState: COLD\nActivity: ${name}/${known.launcher}\nComplete\n` };
    }
    case "force-stop":
      state.stop(rest[0] ?? "");
      return {};
    case "stack": {
      const front = state.front();
      return { out: front === undefined ? "" : `RootTask id=7 bounds=[0,0][1,1] displayId=0 userId=0\n  taskId=7: ${front}/${front}.Main bounds=[0,0][1,1] userId=0 visible=true\n` };
    }
    case "task":
      state.locked = rest[1] !== "stop";
      return {};
    default:
      return { err: `Unknown command: ${verb}\n`, code: 255 };
  }
}

/** A real shell with the device's folders. Apps' own lie there only for who may have them. */
function runShell({ root }: DoubleState, command: string, streams: ShellStreams, user: string | undefined): Promise<number> {
  const bind = (folder: string) => ["--bind", join(root, folder), `/${folder}`];
  const child = spawn("bwrap", [
    "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
    "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--die-with-parent", "--unshare-net",
    ...bind("data/local"), ...bind("sdcard"), ...(user === undefined ? [] : bind("data/data")),
    ...(user === undefined || user === "root" ? [] : ["--chdir", `/data/data/${user}`]),
    "sh", "-c", command,
  ], { stdio: ["pipe", "pipe", "pipe"] });
  streams.onInput((bytes) => (bytes ? child.stdin.write(bytes) : child.stdin.end()));
  streams.onClosed(() => child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined);
  const passing = Promise.all([pass(child.stdout, streams.out), pass(child.stderr, streams.err)]);
  return new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("close", (code) => void passing.then(() => resolve(code ?? 137)));
  });
}

async function pass(from: NodeJS.ReadableStream, to: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for await (const chunk of from) await to(chunk as unknown as Buffer);
}
