// PostgreSQL in the process: PGlite, on a folder or in memory.
//
// One connection, statements one after another. PGlite has no lock of its own
// on its folder; `data-folder.ts` keeps a second server away.

import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import type { Scope } from "@nearframe/shared/lifetime";
import type { SqlDatabase, SqlQueries, SqlRow } from "../../database.ts";

/** `folder` undefined: in memory, gone with the scope. */
export async function openPgliteDatabase(folder: string | undefined, scope: Scope): Promise<SqlDatabase> {
  if (folder !== undefined && !existsSync(folder)) await makeCluster(folder);
  const pglite = await PGlite.create(folder ?? "memory://");
  scope.own(pglite, (pglite) => pglite.close());
  return {
    ...queriesOn(pglite),
    transaction: (work) => pglite.transaction((transaction) => work(queriesOn(transaction))),
  };
}

/** Takes some seconds, in which the process may be killed; so it appears under its name only when it is whole. */
async function makeCluster(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const pglite = await PGlite.create(unfinished);
  await pglite.close();
  await rename(unfinished, folder);
}

function queriesOn(connection: PGlite | Transaction): SqlQueries {
  return {
    async query(sql, values = []) {
      const result = await connection.query<SqlRow>(sql, [...values]);
      return result.rows;
    },
    async run(sql) {
      await connection.exec(sql);
    },
  };
}
