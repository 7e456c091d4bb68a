// Published titles on any SQL database.

import type { TitleVersion } from "@nearframe/shared/title-store/package";
import * as z from "zod/mini";
import type { SqlDatabase, SqlQueries, SqlRow } from "./database.ts";
import type { TitleVersionStore } from "./title-version-ports.ts";

const VersionRow = z.object({
  title_id: z.string(),
  digest: z.string(),
  bytes: z.coerce.number().check(z.int()),
  published_at: z.date(),
  active: z.boolean(),
});

const PUBLISH = `
  insert into title_versions (title_id, digest, bytes, published_at, active) values ($1, $2, $3, $4, false)
  on conflict (title_id, digest) do nothing`;

export function sqlTitleVersions(database: SqlDatabase): TitleVersionStore {
  return {
    async publishTitleVersion({ titleId, digest, bytes, publishedAtMs }) {
      await database.transaction(async (queries) => {
        await takeTurn(queries, titleId);
        await queries.query(PUBLISH, [titleId, digest, bytes, new Date(publishedAtMs)]);
        await activate(queries, titleId, digest);
      });
    },
    activateTitleVersion: (titleId, digest) =>
      database.transaction(async (queries) => {
        await takeTurn(queries, titleId);
        return activate(queries, titleId, digest);
      }),
    async titleVersions(titleId) {
      const rows = await database.query("select * from title_versions where title_id = $1 order by published_at desc, digest", [titleId]);
      return rows.map(toVersion);
    },
    async activeTitleVersions() {
      return (await database.query("select * from title_versions where active order by title_id")).map(toVersion);
    },
  };
}

/**
 * Two who publish or activate versions of one title do so one after the other. Locking the
 * rows would not do: a version that another is just adding can't be seen, and so not be locked.
 */
async function takeTurn(queries: SqlQueries, titleId: string): Promise<void> {
  await queries.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`title-versions/${titleId}`]);
}

async function activate(queries: SqlQueries, titleId: string, digest: string): Promise<boolean> {
  const rows = await queries.query("select digest from title_versions where title_id = $1", [titleId]);
  if (!rows.some((row) => row["digest"] === digest)) return false;
  await queries.query("update title_versions set active = false where title_id = $1 and active", [titleId]);
  await queries.query("update title_versions set active = true where title_id = $1 and digest = $2", [titleId, digest]);
  return true;
}

function toVersion(raw: SqlRow): TitleVersion {
  const row = z.parse(VersionRow, raw);
  return { titleId: row.title_id, digest: row.digest, bytes: row.bytes, publishedAtMs: row.published_at.getTime(), active: row.active };
}
