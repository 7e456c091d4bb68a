// PostgreSQL in the process: PGlite, on a folder or in memory.
//
// One connection, statements one after another. PGlite has no lock of its own
// on its folder; `data-folder.ts` keeps a second server away. It runs without
// fsync: what was written outlives the process, but not every power cut.

import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import type { Scope } from "@nearframe/shared/lifetime";
import type { SqlDatabase, SqlQueries, SqlRow } from "../../database.ts";

/**
 * PERF: PostgreSQL's usual 128 MB of buffers are for databases larger than ours,
 * and PGlite touches all of them: 378 MB resident and 430 ms to open with them,
 * 154 MB and 250 ms with these (Node 24, two cores).
 */
const START_PARAMETERS = [...PGlite.defaultStartParams, "-c", "shared_buffers=8MB"];

/** `folder` undefined: in memory, gone with the scope. */
export async function openPgliteDatabase(folder: string | undefined, scope: Scope): Promise<SqlDatabase> {
  if (folder !== undefined && !existsSync(folder)) await makeCluster(folder);
  const pglite = await PGlite.create(folder ?? "memory://", { startParams: START_PARAMETERS });
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
  const pglite = await PGlite.create(unfinished, { startParams: START_PARAMETERS });
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
