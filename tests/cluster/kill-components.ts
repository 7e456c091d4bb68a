// Fifty sessions on two servers, NATS and PostgreSQL, and each component killed in
// turn: prints a table of what the players felt. The servers, NATS and PostgreSQL are
// real processes and sockets; players and nodes speak the protocol without media
// (far-ends.ts).
//
//   node tests/cluster/kill-components.ts [sessions]

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createLog } from "@nearframe/server/log";
import { openPostgresDatabase } from "@nearframe/server/store/adapters/postgres/postgres-database";
import { findFreePort } from "@nearframe/server/testing/services/service-process";
import { startNats } from "@nearframe/server/testing/services/start-nats";
import { startPostgres } from "@nearframe/server/testing/services/start-postgres";
import { Scope } from "@nearframe/shared/lifetime";
import { LightNode, LightPlayer, Media, type Felt } from "./far-ends.ts";

const MAIN = path.join(import.meta.dirname, "../../server/src/main.ts");
const SESSIONS = Number(process.argv[2] ?? 50);
const NODES = 6;
const OUTAGE_MS = 5_000;
const SETTLE_MS = 12_000;
const TOKEN = "0123456789abcdef";
process.env["TRY_TOKEN"] = TOKEN;

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

const scope = new Scope();
try {
  await run();
} finally {
  await scope.close();
}
process.exit(0);

async function run(): Promise<void> {
  const [nats, postgres] = await Promise.all([startNats(scope), startPostgres(scope)]);
  const databaseUrl = await postgres.createDatabase();
  const storage = await folder();
  const environment = {
    DATABASE_URL: databaseUrl,
    NATS_URL: nats.url,
    NEARFRAME_STORAGE: storage,
    NEARFRAME_SAVE_SECRET: TOKEN.repeat(2),
    NEARFRAME_NODE_TOKEN: TOKEN,
  };
  const servers = [await createServerProcess(environment), await createServerProcess(environment)];
  const media = new Media();
  const nodes = Array.from({ length: NODES }, (_, at) => new LightNode(servers, at, media, Math.ceil((SESSIONS * 1.5) / NODES)));
  await pause(3_000);
  const players = Array.from({ length: SESSIONS }, (_, at) => new LightPlayer(servers, at, media));
  await until(() => players.every(({ playing }) => playing), 30_000);
  console.log(`${players.filter(({ playing }) => playing).length} of ${SESSIONS} sessions play\n`);
  console.log("| killed | sessions lost | without control | without pictures | told to move | back to all well |");
  console.log("| --- | --- | --- | --- | --- | --- |");

  const trial = async (name: string, strike: () => Promise<void>) => {
    for (const player of players) player.felt = { controlMs: [], mediaMs: [], moved: 0, ended: 0 };
    const struckAtMs = performance.now();
    await strike();
    const wellMs = await until(() => players.every(({ playing }) => playing), 60_000, struckAtMs);
    await pause(SETTLE_MS);
    console.log(row(name, players.map(({ felt }) => felt), wellMs));
  };
  for (const [at, server] of servers.entries()) {
    await trial(`server ${at + 1}, back after ${OUTAGE_MS / 1000} s`, async () => {
      await server.kill();
      await pause(OUTAGE_MS);
      await server.start();
    });
  }
  await trial(`NATS, back after ${OUTAGE_MS / 1000} s`, async () => {
    await nats.stop("SIGKILL");
    await pause(OUTAGE_MS);
    await nats.start();
  });
  await trial(`PostgreSQL, back after ${OUTAGE_MS / 1000} s`, async () => {
    await postgres.stop("SIGKILL");
    await pause(OUTAGE_MS);
    await postgres.start();
  });
  await trial(`one of ${NODES} nodes, for good`, async () => {
    nodes[0]!.kill();
    // Its players look for pictures fifty times a second.
    await pause(100);
  });

  for (const player of players) player.leave();
  await pause(5_000);
  for (const player of players) player.close();
  await reconcile(databaseUrl, players);
  for (const node of nodes) node.kill();
}

/** The books against what the players had. */
async function reconcile(databaseUrl: string, players: readonly LightPlayer[]): Promise<void> {
  const database = await openPostgresDatabase({ url: databaseUrl }, createLog("silent", process.stdout), scope);
  const rows = await database.query("select id, ended_at, end_reason, metered_ms, term from sessions");
  const byId = new Map(rows.map((row) => [String(row["id"]), row]));
  const open = rows.filter((row) => row["ended_at"] === null).length;
  const reasons = Object.entries(Object.groupBy(rows, (row) => String(row["end_reason"]))).map(([reason, of]) => `${of?.length} ${reason}`);
  const differences = players.flatMap(({ sessionId, playedMs }) => {
    const row = sessionId === undefined ? undefined : byId.get(sessionId);
    return row ? [Number(row["metered_ms"]) - playedMs] : [];
  });
  differences.sort((a, b) => a - b);
  const at = (share: number) => Math.round(differences[Math.floor((differences.length - 1) * share)] ?? Number.NaN);
  console.log(`\n${rows.length} sessions in the books, ${open} without an end; ends: ${reasons.join(", ")}`);
  console.log(`metered less played, ms: least ${at(0)}, median ${at(0.5)}, most ${at(1)}`);
  console.log(`sessions that had more than one owner: ${rows.filter((row) => Number(row["term"]) > 1).length}`);
}

function row(name: string, felt: readonly Felt[], wellMs: number | undefined): string {
  const ended = felt.reduce((sum, one) => sum + one.ended, 0);
  const moved = felt.reduce((sum, one) => sum + one.moved, 0);
  const well = wellMs === undefined ? "not within 60 s" : `${(wellMs / 1000).toFixed(1)} s`;
  return `| ${name} | ${ended} | ${spread(felt.flatMap(({ controlMs }) => controlMs))} | ${spread(felt.flatMap(({ mediaMs }) => mediaMs))} | ${moved} | ${well} |`;
}

function spread(values: number[]): string {
  if (values.length === 0) return "nobody";
  values.sort((a, b) => a - b);
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return `${values.length}: median ${seconds(values[Math.floor(values.length / 2)]!)} s, longest ${seconds(values.at(-1)!)} s`;
}

async function createServerProcess(environment: Record<string, string>) {
  const port = await findFreePort();
  const data = await folder();
  let child: ChildProcess | undefined;
  async function start(): Promise<void> {
    const started = fork(MAIN, {
      env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: String(port), NEARFRAME_DATA: data, NEARFRAME_LOG: "warn", ...environment },
      silent: true,
    });
    child = started;
    let output = "";
    for (const stream of [started.stdout, started.stderr]) stream?.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
    await Promise.race([
      once(started, "message"),
      once(started, "exit").then(([code]) => Promise.reject(new Error(`the server ended with ${String(code)}: ${output}`))),
    ]);
  }
  async function kill(): Promise<void> {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = once(dying, "exit");
    dying.kill("SIGKILL");
    await gone;
  }
  await start();
  scope.own(kill, (kill) => kill());
  return { url: () => `ws://127.0.0.1:${port}`, start, kill };
}

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), "nearframe-try-"));
  scope.own(made, (made) => rm(made, { recursive: true, force: true }));
  return made;
}

/** How long it took since `sinceMs`; undefined if it did not come to pass. */
async function until(check: () => boolean, limitMs: number, sinceMs = performance.now()): Promise<number | undefined> {
  const deadlineMs = performance.now() + limitMs;
  while (performance.now() < deadlineMs) {
    if (check()) return performance.now() - sinceMs;
    await pause(50);
  }
  return undefined;
}
