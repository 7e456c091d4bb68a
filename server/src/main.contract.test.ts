// The server as a process: what its parent and its operator see of it.

import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { openSocketClient } from "./testing/socket-client.ts";

/** A first start makes a database, which takes seconds of work; on a busy machine, many. */
const START_MS = 120_000;

const MAIN = path.join(import.meta.dirname, "main.ts");

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-main-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

type Run = {
  child: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
  /** Exited, and all that it printed is here. Never comes after `disconnect` (Node 24). */
  finished: Promise<number | null>;
};

function run(environment: Record<string, string>): Run {
  const child = fork(MAIN, { env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", ...environment }, silent: true });
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const finished = once(child, "close").then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return { child, output: () => output, exited, finished };
}

async function ready({ child, output, exited }: Run): Promise<number> {
  const message = once(child, "message").then(([message]) => message as { type: string; port: number });
  const first = await Promise.race([message, exited.then((code) => `exited with ${code}: ${output()}`)]);
  if (typeof first === "string") throw new Error(first);
  expect(first.type).toBe("ready");
  return first.port;
}

/** What a person reads: the output without the log. */
const sentences = (output: string) => output.split("\n").filter((line) => line !== "" && !line.startsWith("{"));

test("starts, serves, keeps its key and its node token to itself, and stops on a signal", async () => {
  const folder = await dataFolder();
  const server = run({ NEARFRAME_DATA: folder });
  const port = await ready(server);
  expect(await (await fetch(`http://127.0.0.1:${port}/api/health`)).json()).toMatchObject({ status: "ok" });

  const tokenFile = path.join(folder, "node-token");
  expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
  const nodeToken = (await readFile(tokenFile, "utf8")).trim();
  const node = await openSocketClient(`ws://127.0.0.1:${port}/node`, { headers: { authorization: `Bearer ${nodeToken}` } });
  const player = await openSocketClient(`ws://127.0.0.1:${port}/control`);
  player.send({ type: "hello", protocol: PROTOCOL_VERSION });
  const welcome = await player.next("welcome");

  server.child.kill("SIGTERM");
  expect(await server.finished).toBe(0);
  node.close();
  expect(sentences(server.output())).toEqual([`Nearframe's server is ready: http://127.0.0.1:${port}`]);
  expect(server.output()).not.toContain(nodeToken);

  const again = run({ NEARFRAME_DATA: folder });
  const portAgain = await ready(again);
  const back = await openSocketClient(`ws://127.0.0.1:${portAgain}/control`);
  back.send({ type: "hello", protocol: PROTOCOL_VERSION, token: welcome["token"] });
  expect(await back.next("welcome")).toMatchObject({ playerId: welcome["playerId"] });
  expect((await readFile(tokenFile, "utf8")).trim()).toBe(nodeToken);

  const rival = run({ NEARFRAME_DATA: folder });
  expect(await rival.finished).toBe(1);
  expect(sentences(rival.output())).toEqual([
    `Another Nearframe server uses the data folder ${folder}: stop it, or give this one its own with NEARFRAME_DATA.`,
  ]);

  // A killed server leaves no lock behind, and what it had is there.
  again.child.kill("SIGKILL");
  await again.exited;
  const third = run({ NEARFRAME_DATA: folder });
  await ready(third);
  third.child.disconnect();
  expect(await third.exited).toBe(0);
}, START_MS);

test("a port that is taken is one sentence", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => taken.close(() => resolve())));
  const { port } = taken.address() as { port: number };
  const server = run({ NEARFRAME_DATA: await dataFolder(), PORT: String(port) });
  expect(await server.finished).toBe(1);
  expect(sentences(server.output())).toEqual([
    `Port ${port} is taken by another program: stop that program, or choose another port with PORT=${port + 1}.`,
  ]);
}, START_MS);

test("a data folder that can't be is one sentence", async () => {
  const file = path.join(await dataFolder(), "file");
  await writeFile(file, "");
  const server = run({ NEARFRAME_DATA: file });
  expect(await server.finished).toBe(1);
  expect(sentences(server.output())).toEqual([
    `The data folder ${file} can't be used (EEXIST): give the server rights there, or choose another with NEARFRAME_DATA.`,
  ]);
});

test("a signal during the start stops it cleanly, and the next start works", async () => {
  const folder = await dataFolder();
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", NEARFRAME_DATA: folder },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  // The token is made just before the database is.
  for (let made = false; !made; made = await stat(path.join(folder, "node-token")).then(() => true, () => false)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  child.kill("SIGINT");
  expect((await exited)[0]).toBe(0);
  await ready(run({ NEARFRAME_DATA: folder }));
}, START_MS);
