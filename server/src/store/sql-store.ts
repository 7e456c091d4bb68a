// The store on any SQL database: PGlite in the process, PostgreSQL beyond one machine.

import * as z from "zod/mini";
import type { SqlDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import type { Store } from "./ports.ts";
import { sqlAfterService } from "./sql-after-service.ts";
import { sqlChecking } from "./sql-checking.ts";
import { sqlJudgedMinutes } from "./sql-judged-minutes.ts";
import { sqlMinutes } from "./sql-minutes.ts";
import { sqlNodes } from "./sql-nodes.ts";
import { sqlPlayerClasses } from "./sql-player-classes.ts";
import { sqlProblems } from "./sql-problems.ts";
import { sqlRatings } from "./sql-ratings.ts";
import { sqlSaves } from "./sql-saves.ts";
import { sqlSessions } from "./sql-sessions.ts";
import { sqlShares } from "./sql-shares.ts";
import { sqlTitleVersions } from "./sql-title-versions.ts";
import { sqlWash } from "./sql-wash.ts";

/** Migrates the database and returns the store on it. */
export async function openSqlStore(database: SqlDatabase): Promise<Store> {
  await migrate(database);
  return {
    ...sqlSessions(database),
    ...sqlMinutes(database),
    ...sqlPlayerClasses(database),
    ...sqlProblems(database),
    ...sqlRatings(database),
    ...sqlSaves(database),
    ...sqlShares(database),
    ...sqlTitleVersions(database),
    ...sqlNodes(database),
    ...sqlChecking(database),
    ...sqlJudgedMinutes(database),
    ...sqlAfterService(database),
    ...sqlWash(database),
    async keepFirst(key, value) {
      await database.query("insert into settings (key, value) values ($1, $2) on conflict (key) do nothing", [key, value]);
      const [row] = await database.query("select value from settings where key = $1", [key]);
      return z.parse(z.string(), row?.["value"]);
    },
  };
}
