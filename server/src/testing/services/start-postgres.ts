// Debian's PostgreSQL on a folder of its own. It refuses to run as root, so there
// it runs as its own user, or as nobody.

import { execFile } from "node:child_process";
import { chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Scope } from "@nearframe/shared/lifetime";
import pg from "pg";
import { findCommand } from "./find-command.ts";
import { asUser, findFreePort, startService, type ServiceProcess, type ServiceUser } from "./service-process.ts";

const run = promisify(execFile);

/** Where Debian keeps each version, away from PATH. */
const VERSIONS = "/usr/lib/postgresql";
/** Tests lose no power, so nothing waits for the disk; a crash of PostgreSQL alone loses nothing by that. */
const FAST = ["fsync=off", "full_page_writes=off"];

/** A database is 300 files, and a file of tests makes sixty of them: on a busy machine that takes longer than a scope waits. */
const FOLDER_GONE_MS = 60_000;

export type PostgresService = ServiceProcess & {
  /** A new, empty database on it. */
  createDatabase(): Promise<string>;
};

/** What it keeps is there after `stop` and `start`, and gone with the scope. */
export async function startPostgres(scope: Scope): Promise<PostgresService> {
  const folders = await versionFolders();
  const [initdb, postgres] = await Promise.all([findCommand("initdb", folders), findCommand("postgres", folders)]);
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-postgres-"));
  scope.own(folder, (folder) => rm(folder, { recursive: true, force: true }), FOLDER_GONE_MS);
  const user = await unprivilegedUser();
  if (user) await chown(folder, user.uid, user.gid);
  const cluster = ["--pgdata", folder, "--username", "nearframe", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"];
  await run("setpriv", [...asUser(user), initdb, ...cluster], { cwd: folder });
  const port = await findFreePort();
  const settings = [...FAST, "listen_addresses=127.0.0.1", "unix_socket_directories=", `port=${port}`];
  const urlOf = (database: string) => `postgres://nearframe@127.0.0.1:${port}/${database}`;
  const service = await startService(
    { command: postgres, args: ["-D", folder, ...settings.flatMap((setting) => ["-c", setting])], user },
    () => ask(urlOf("postgres"), "select 1"),
    scope,
  );

  let databases = 0;
  return {
    ...service,
    async createDatabase() {
      const name = `test_${++databases}`;
      await ask(urlOf("postgres"), `create database ${name}`);
      return urlOf(name);
    },
  };
}

async function ask(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A connection that breaks later is heard by the query that waits.
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Newest first. */
async function versionFolders(): Promise<string[]> {
  const versions = await readdir(VERSIONS).catch(() => []);
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => path.join(VERSIONS, version, "bin"));
}

/** Undefined where this process has no privilege to drop. */
async function unprivilegedUser(): Promise<ServiceUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const rows = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const [, , uid, gid] = rows.find(([name]) => name === "postgres") ?? rows.find(([name]) => name === "nobody") ?? [];
  if (uid === undefined || gid === undefined) throw new Error("PostgreSQL does not run as root, and there is no user postgres or nobody here");
  return { uid: Number(uid), gid: Number(gid) };
}
