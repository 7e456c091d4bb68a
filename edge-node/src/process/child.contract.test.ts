import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { getPriority, setPriority } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { createChild, describeExit, type ChildOptions } from "./child.ts";
import { findCommand, requireCommand } from "./find-command.ts";
import { isRunning } from "./testing/is-running.ts";

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(() => scope.close());

/** A shell script as a child, and the lines it has printed. */
async function shell(script: string, options: Partial<ChildOptions> = {}) {
  const lines: string[] = [];
  const child = await createChild(
    {
      file: "/bin/sh", args: ["-c", script], environment: { PATH: "/usr/bin:/bin" }, folder: "/",
      onLine: (line) => lines.push(line), ...options,
    },
    scope,
  );
  const nextLine = (index: number) => vi.waitFor(() => lines[index] ?? expect.fail("no such line yet"), { timeout: 5_000 });
  return { child, nextLine };
}

test("how a child ends is told, with its last words", async () => {
  const { child } = await shell("echo one; echo two >&2; exit 3");
  expect(await child.exited).toEqual({ code: 3, signal: null });
  await scope.close();
  expect(child.lastOutput().split("\n").sort()).toEqual(["one", "two"]);
});

test("a child has the environment that it was given, and no other", async () => {
  const { nextLine } = await shell('echo "$(env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= -e ^OLDPWD= | sort | tr "\\n" " ")"', {
    environment: { PATH: "/usr/bin:/bin", GREETING: "hello" },
  });
  expect(await nextLine(0)).toBe("GREETING=hello PATH=/usr/bin:/bin ");
});

test("what a child has started ends with it", async () => {
  const { child, nextLine } = await shell("sleep 600 & echo $!; exit 0");
  const grandchild = Number(await nextLine(0));
  await child.exited;
  await vi.waitFor(() => expect(isRunning(grandchild)).toBe(false));
});

test("closing ends a group that ignores being asked", async () => {
  const { child, nextLine } = await shell("trap '' TERM; sleep 600 & echo $!; wait; wait", { termGraceMs: 50 });
  const grandchild = Number(await nextLine(0));
  await scope.close();
  expect(describeExit(await child.exited)).toBe("by SIGKILL");
  await vi.waitFor(() => expect(isRunning(grandchild)).toBe(false));
});

test("a child that arrives after its scope closed is ended at once", async () => {
  const arriving = shell("sleep 600");
  await scope.close();
  await expect(arriving).rejects.toThrow();
});

test("a program that can't be run says so", async () => {
  const { child } = await shell("", { file: "/no/such/program" });
  expect((await child.exited).code).toBe(127);
  await expect(shell("", { folder: "/no/such/folder" })).rejects.toThrow("ENOENT");
});

test("a child does not outlive a parent that is killed", async () => {
  const parent = spawn(process.execPath, [fileURLToPath(new URL("./testing/parent.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(parent.stdout), "line")) as [string];
  const child = Number(line);
  expect(isRunning(child)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(isRunning(child)).toBe(false));
});

test("a command is found where it is, or its package is named", async () => {
  expect(await findCommand("sh", ["/no/such/folder", "/bin"])).toBe("/bin/sh");
  expect(await findCommand("etc", ["/"])).toBeUndefined();
  await expect(requireCommand("no-such-command", "some-package")).rejects.toThrow("apt-get install some-package");
});

// A child inherits the priority of who starts it; titles once ran before everything else on the node.
test.skipIf(process.getuid?.() !== 0)("a child of a process that runs before others does not", async () => {
  const before = getPriority(process.pid);
  setPriority(process.pid, -1);
  try {
    const { child } = await shell("sleep 5");
    expect(getPriority(child.pid)).toBe(0);
  } finally {
    setPriority(process.pid, before);
  }
});

// To come forward takes a privilege: a node that was started with nice(1) once failed at its first program.
test("a node that runs after other programs, and has no privilege, can start programs", async () => {
  const program = `
    import { createChild } from ${JSON.stringify(new URL("./child.ts", import.meta.url).href)};
    import { Scope } from ${JSON.stringify(new URL("../../../shared/src/lifetime.ts", import.meta.url).href)};
    const scope = new Scope();
    const child = await createChild({ file: "/bin/true", args: [], environment: {}, folder: "/" }, scope);
    console.log((await child.exited).code);
    await scope.close();`;
  const drop = process.getuid?.() === 0 ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];
  const line = [...drop, "nice", "-n", "5", process.execPath, "--input-type=module-typescript", "--eval", program];
  const { stdout } = await promisify(execFile)("env", line);
  expect(stdout.trim()).toBe("0");
});
