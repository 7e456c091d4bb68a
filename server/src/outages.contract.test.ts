// Two server processes on one PostgreSQL and one NATS, which both go away and come
// back under them: the servers stay, say so, and go on as one.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Scope } from "@nearframe/shared/lifetime";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RETURN_GRACE_MS } from "./cluster/living-servers.ts";
import { eventually } from "./testing/eventually.ts";
import { startNats, type NatsService } from "./testing/services/start-nats.ts";
import { startPostgres, type PostgresService } from "./testing/services/start-postgres.ts";
import { openSocketClient } from "./testing/socket-client.ts";

const MAIN = path.join(import.meta.dirname, "main.ts");
/** As long as a restart of either takes, and longer than a server's entry lives. */
const OUTAGE_MS = 10_000;
const LIMIT_MS = 120_000;

type Running = { child: ChildProcess; port: number; output(): string; exited: Promise<number | null> };

const services = new Scope();
let nats: NatsService;
let postgres: PostgresService;
let environment: Record<string, string>;
let servers: Running[];

beforeAll(async () => {
  [nats, postgres] = await Promise.all([startNats(services), startPostgres(services)]);
  environment = {
    DATABASE_URL: await postgres.createDatabase(),
    NATS_URL: nats.url,
    NEARFRAME_STORAGE: await ownFolder(),
    NEARFRAME_SAVE_SECRET: "0123456789abcdef0123456789abcdef",
    NEARFRAME_NODE_TOKEN: "0123456789abcdef",
  };
  // At once, as a deployment starts them: both migrate, both make the buckets.
  servers = await Promise.all([startMain(environment), startMain(environment)]);
}, LIMIT_MS);
afterAll(() => services.close());

async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-outages-"));
  services.own(folder, (folder) => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startMain(given: Record<string, string>): Promise<Running> {
  const child = fork(MAIN, {
    env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", NEARFRAME_DATA: await ownFolder(), ...given },
    silent: true,
    // A rejection that nobody hears ends the process, as in production.
    execArgv: ["--unhandled-rejections=strict"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, "exit").then(([code]) => code as number | null);
  services.own(child, async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const ready = once(child, "message").then(([message]) => (message as { port: number }).port);
  const port = await Promise.race([ready, exited.then((code) => Promise.reject(new Error(`ended with ${code}: ${output}`)))]);
  return { child, port, output: () => output, exited };
}

/** A player is known by any server who was welcomed by one. */
async function checkServing(): Promise<void> {
  const [a, b] = servers;
  const hello = async (port: number, token?: unknown) => {
    const client = await openSocketClient(`ws://127.0.0.1:${port}/control`);
    client.send({ type: "hello", protocol: PROTOCOL_VERSION, ...(token !== undefined && { token }) });
    const welcome = await client.next("welcome");
    client.close();
    return welcome;
  };
  const welcome = await hello(a!.port);
  expect(await hello(b!.port, welcome["token"])).toMatchObject({ playerId: welcome["playerId"] });
}

const outage = () => new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));

test("ten seconds without NATS: everybody is served, and nobody taken for dead who wasn't", async () => {
  await checkServing();
  await nats.stop("SIGKILL");
  await outage();
  await checkServing();
  await nats.start();
  for (const { output } of servers) await eventually(() => expect(output()).toContain("the link to NATS is back"), 10_000);
  // By then a server that didn't come back would be missed.
  await new Promise((resolve) => setTimeout(resolve, RETURN_GRACE_MS + 1_000));
  await checkServing();
  for (const { child, output } of servers) {
    expect(child.exitCode).toBe(null);
    expect(output().match(/the link to NATS is lost/g)).toHaveLength(1);
    expect(output()).not.toContain("server gone");
  }
}, LIMIT_MS);

test("ten seconds without PostgreSQL: a player who comes meanwhile is welcome", async () => {
  await postgres.stop("SIGKILL");
  await outage();
  await checkServing();
  await postgres.start();
  await checkServing();
  for (const { child, output } of servers) {
    await eventually(() => expect(output()).toContain("the database is claimed again"), 10_000);
    expect(child.exitCode).toBe(null);
  }
}, LIMIT_MS);

test("a server that knows nothing of the others' NATS is refused", async () => {
  const { DATABASE_URL = "", NEARFRAME_SAVE_SECRET = "" } = environment;
  await expect(startMain({ DATABASE_URL, NEARFRAME_SAVE_SECRET })).rejects.toThrow("Another Nearframe server uses this database");
}, LIMIT_MS);

test("a signal stops them, and the last one hears that the first has gone", async () => {
  const [first, last] = servers;
  first!.child.kill("SIGTERM");
  expect(await first!.exited).toBe(0);
  await eventually(() => expect(last!.output()).toContain("server gone"));
  last!.child.kill("SIGTERM");
  expect(await last!.exited).toBe(0);
}, LIMIT_MS);
