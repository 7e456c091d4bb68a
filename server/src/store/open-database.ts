// The database that the environment asks for.

import path from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../log.ts";
import { openPgliteDatabase } from "./adapters/pglite/pglite-database.ts";
import { claimDatabase } from "./adapters/postgres/claim-database.ts";
import { openPostgresDatabase } from "./adapters/postgres/postgres-database.ts";
import type { SqlDatabase } from "./database.ts";

export type DatabaseChoice = {
  /** Undefined: in the process, in the data folder, which its owner has claimed. */
  databaseUrl: string | undefined;
  dataFolder: string;
  /** Other servers use it too, and meet on NATS. */
  shared: boolean;
};

export async function openDatabase({ databaseUrl, dataFolder, shared }: DatabaseChoice, log: Log, scope: Scope): Promise<SqlDatabase> {
  if (databaseUrl === undefined) return openPgliteDatabase(path.join(dataFolder, "db"), scope);
  const database = await openPostgresDatabase({ url: databaseUrl }, log, scope);
  await claimDatabase({ url: databaseUrl, kind: shared ? "shared" : "alone" }, log, scope);
  return database;
}
