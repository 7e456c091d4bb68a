// Brings a database to this version: runs each file of `migrations/` once, in
// the order of their numbers. A file that has been released is never changed.

import { readdir, readFile } from "node:fs/promises";
import type { SqlDatabase } from "./database.ts";

const FOLDER = new URL("./migrations/", import.meta.url);
const FILE_NAME = /^\d{4}-[a-z0-9-]+\.sql$/;
/** Any constant will do; it only has to be ours. */
const LOCK = 7_266_333;

export async function migrate(database: SqlDatabase): Promise<void> {
  const migrations = await readMigrations();
  await database.transaction(async (queries) => {
    // Of several servers that start at once, one migrates and the others find it done.
    await queries.query("select pg_advisory_xact_lock($1)", [LOCK]);
    await queries.run(`create table if not exists migrations (
      number integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    )`);
    const rows = await queries.query("select number from migrations");
    const applied = new Set(rows.map((row) => row["number"]));
    const newest = migrations.at(-1)?.number ?? 0;
    const unknown = [...applied].filter((number) => Number(number) > newest);
    if (unknown.length > 0) {
      throw new Error(
        `the data was written by a newer Nearframe (migration ${unknown.join(", ")}); start that version, or use another data folder`,
      );
    }
    for (const { number, name, sql } of migrations) {
      if (applied.has(number)) continue;
      await queries.run(sql);
      await queries.query("insert into migrations (number, name) values ($1, $2)", [number, name]);
    }
  }, { patient: true });
}

async function readMigrations(): Promise<{ number: number; name: string; sql: string }[]> {
  const names = (await readdir(FOLDER)).filter((name) => FILE_NAME.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({
      number: Number.parseInt(name, 10),
      name,
      sql: await readFile(new URL(name, FOLDER), "utf8"),
    })),
  );
}
