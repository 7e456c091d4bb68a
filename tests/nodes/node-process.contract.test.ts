// A real node process and a real server process: how a node joins, is killed, comes back,
// drains, and goes to another server when its own is gone.

import { spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { NodeList, type PublicNode } from "@nearframe/shared/api/nodes";
import { Scope, withTimeout } from "@nearframe/shared/lifetime";
import { ROUTER_RTP_CAPABILITIES } from "@nearframe/shared/media/router-capabilities";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { openSocketClient } from "@nearframe/server/testing/socket-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { descendants, eventually } from "../support/processes.ts";
import { ROOT, startStack, type Stack } from "../support/stack.ts";

/** Of processes that start at the pace of the machine: the waits inside have limits of their own. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 30_000 });

let scope: Scope;
beforeEach(() => void (scope = new Scope()));
afterEach(() => scope.close());

/** A first start on a busy machine, with the media server and a look at every title. */
const READY_MS = 30_000;
const SOON_MS = 25_000;

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-node-test-"));
  return scope.own(folder, (folder) => rm(folder, { recursive: true, force: true }));
}

function run(script: string, environment: Record<string, string>, args: readonly string[] = []) {
  const child = spawn(process.execPath, [path.join(ROOT, script), ...args], {
    cwd: ROOT,
    env: { ...process.env, NEARFRAME_LOG: "info", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => void lines.push(line));
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
  scope.own(child, async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return { child, exited, output: () => lines.join("\n") };
}

const startNode = (servers: string, data: string, environment: Record<string, string> = {}) =>
  run("edge-node/src/main.ts", { NEARFRAME_SERVER: servers, NEARFRAME_DATA: data, NEARFRAME_NODE_NAME: "Attic", ...environment });

async function listNodes(stack: Stack): Promise<PublicNode[]> {
  return z.parse(NodeList, await (await fetch(`${stack.url}/api/nodes`)).json()).nodes;
}

const shows = (stack: Stack, state: PublicNode["state"], limitMs = SOON_MS) =>
  eventually(() => listNodes(stack), ([node]) => node?.state === state, limitMs, `a node that is ${state}`);

const serverOnly = () => startStack({ args: ["--edges", "0"] }, scope);

test("a node joins with an identity that outlives kill -9, and two can't share one", async () => {
  const stack = await serverOnly();
  const data = await dataFolder();
  const node = startNode(stack.url, data);
  const [first] = await shows(stack, "standby", READY_MS);
  expect(first).toMatchObject({ name: "Attic", trusted: false, slots: expect.any(Number) });
  expect(first?.id).toMatch(/^node-[0-9a-f]{40}$/);
  expect((await stat(path.join(data, "node-key.pem"))).mode & 0o777).toBe(0o600);

  const second = startNode(stack.url, data);
  expect(await second.exited).toBe(1);
  expect(second.output()).toContain("Another node uses the data folder");

  node.child.kill("SIGKILL");
  await shows(stack, "offline");
  startNode(stack.url, data);
  const [back] = await shows(stack, "standby", READY_MS);
  expect(back?.id).toBe(first?.id);
});

test("a drained node plays its session to the end, takes no other, and ends", async () => {
  const stack = await serverOnly();
  const data = await dataFolder();
  const node = startNode(stack.url, data);
  await shows(stack, "standby", READY_MS);
  const player = await openSocketClient(`${stack.url.replace("http", "ws")}/control`);
  scope.own(player, (player) => player.terminate());
  player.send({ type: "hello", protocol: PROTOCOL_VERSION });
  await player.next("welcome");
  const device = { screen: { width: 1280, height: 720, pixelRatio: 1 }, touch: false, rtpCapabilities: { ...ROUTER_RTP_CAPABILITIES } };
  player.send({ type: "session.request", requestId: "r1", titleId: "test-card", device });
  const { sessionId } = await player.next("session.created");
  await shows(stack, "rendering");

  const drain = run("infra/cli.mjs", {}, ["edge", "--drain", "--data", data]);
  await shows(stack, "draining");
  expect(node.child.exitCode).toBeNull();
  expect(drain.child.exitCode).toBeNull();
  player.send({ type: "session.leave", sessionId });
  expect(await withTimeout(node.exited, SOON_MS, "the node did not end")).toBe(0);
  expect(await withTimeout(drain.exited, SOON_MS, "the drain was not noticed")).toBe(0);
  expect(await listNodes(stack)).toEqual([]);
});

test("nothing to drain is one sentence", async () => {
  const drain = run("infra/cli.mjs", {}, ["edge", "--drain", "--data", await dataFolder()]);
  expect(await drain.exited).toBe(1);
  expect(drain.output()).toContain("No node runs on the data folder");
});

test("a node whose server is gone goes to the next one it was told of", async () => {
  const [a, b] = [await serverOnly(), await serverOnly()];
  startNode(`${a.url},${b.url}`, await dataFolder());
  await shows(a, "standby", READY_MS);
  expect(await listNodes(b)).toEqual([]);
  process.kill(a.pid, "SIGKILL");
  await eventually(() => descendants(a.pid), (left) => left.length === 0, SOON_MS, "the first server");
  await shows(b, "standby");
});
