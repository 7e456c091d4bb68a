// `npm start` as a person meets it: the real server and a real node.

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { commandOf, isRunning, listDescendants } from "../testing/process-tree.ts";

const CLI = path.join(import.meta.dirname, "..", "cli.mjs");
const READY = "Nearframe is ready";
const WAIT = { timeout: 25_000, interval: 50 };

let dataFolder: string;
let started: ChildProcess[] = [];

// One folder for all: making a database takes seconds, and a start must cope with a used one.
beforeAll(() => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), "nearframe-start-"));
});
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));
afterEach(async () => {
  for (const child of started) {
    child.kill("SIGTERM");
    await ended(child);
  }
  started = [];
});

function start(...args: string[]) {
  return startBy([process.execPath, CLI, "start"], args);
}

function startBy([command = "", ...words]: readonly string[], args: readonly string[]) {
  const child = spawn(command, [...words, "--no-setup", "--data", dataFolder, ...args], {
    cwd: path.join(import.meta.dirname, "..", ".."),
    stdio: ["ignore", "pipe", "pipe"],
    // What npm told the test runner is not for what the tests start.
    env: { ...process.env, npm_lifecycle_event: undefined },
  });
  started.push(child);
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));
  return { child, pid: child.pid ?? 0, output: () => output };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", resolve));
}

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve));

async function findPort(): Promise<string> {
  const { server, port } = await listen();
  await close(server);
  return String(port);
}

async function startAndWait(command = [process.execPath, CLI, "start"]) {
  const running = startBy(command, ["--port", await findPort()]);
  await vi.waitFor(() => expect(running.output()).toContain(READY), WAIT);
  return { ...running, processes: listDescendants(running.pid) };
}

const stillRunning = (pids: readonly number[]) => pids.filter(isRunning).map((pid) => commandOf(pid));

test("a port that is taken is said in one sentence, before anything is started", async () => {
  const { server, port } = await listen();
  const { child, output } = start("--port", String(port));
  expect(await ended(child)).toBe(1);
  expect(output().trim()).toMatch(new RegExp(`^Port ${port} is taken by another program.*PORT=\\d+ npm start$`));
  await close(server);
});

describe("a start that runs", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends with everything that it started on %s", async (signal) => {
    const { child, processes } = await startAndWait();
    expect(processes.map(commandOf).join("\n")).toMatch(/server\/src\/main.*edge-node\/src\/main.*mediasoup-worker/s);
    child.kill(signal);
    expect(await ended(child)).toBe(0);
    await vi.waitFor(() => expect(stillRunning(processes)).toEqual([]), WAIT);
  });

  test("leaves nothing behind when it is killed", async () => {
    const { child, processes } = await startAndWait();
    child.kill("SIGKILL");
    await vi.waitFor(() => expect(stillRunning(processes)).toEqual([]), WAIT);
  });

  test.each(["SIGTERM", "SIGKILL"] as const)("leaves nothing behind when npm, which runs it, ends by %s", async (signal) => {
    const { child, processes } = await startAndWait(["npm", "start", "--silent", "--"]);
    child.kill(signal);
    await vi.waitFor(() => expect(stillRunning(processes)).toEqual([]), WAIT);
  });

  test("leaves nothing behind when the one that supervises is killed", async () => {
    const { child, processes } = await startAndWait();
    const supervisor = processes.find((pid) => commandOf(pid).includes("infra/start/main.ts"));
    process.kill(supervisor ?? 0, "SIGKILL");
    expect(await ended(child)).toBe(128 + os.constants.signals.SIGKILL);
    await vi.waitFor(() => expect(stillRunning(processes)).toEqual([]), WAIT);
  });

  test.each([
    ["node", "edge-node/src/main.ts"],
    ["server", "server/src/main.ts"],
  ])("starts a %s that died again", async (name, script) => {
    const { child, pid, processes, output } = await startAndWait();
    const victim = processes.find((candidate) => commandOf(candidate).includes(script));
    process.kill(victim ?? 0, "SIGKILL");
    await vi.waitFor(() => expect(output()).toContain(`The ${name} runs again.`), WAIT);
    const now = listDescendants(pid);
    expect(now.some((candidate) => commandOf(candidate).includes(script))).toBe(true);
    child.kill("SIGINT");
    expect(await ended(child)).toBe(0);
    await vi.waitFor(() => expect(stillRunning([...processes, ...now])).toEqual([]), WAIT);
  });

  test("is told of its own data folder when another start has it", async () => {
    await startAndWait();
    const second = start("--port", await findPort());
    expect(await ended(second.child)).toBe(1);
    expect(second.output()).toContain(`Another Nearframe server uses the data folder ${dataFolder}`);
  });
});
