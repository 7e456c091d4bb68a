// Reports of problems on any SQL database.

import { ProblemReport } from "@nearframe/shared/api/problem";
import * as z from "zod/mini";
import type { SqlDatabase } from "./database.ts";
import type { ProblemRecord, ProblemStore } from "./problem-ports.ts";

/** Two that come at once may both pass the count: it bounds a crowd, it is no lock. */
const SAVE = `
  insert into problem_reports (id, player_id, reported_at, report)
  select $1, $2, to_timestamp($3::float8 / 1000), $4::jsonb
  where (select count(*) from problem_reports where player_id = $2 and reported_at > to_timestamp($5::float8 / 1000)) < $6
  on conflict (id) do nothing
  returning id`;
const TRIM = `
  delete from problem_reports where id in
    (select id from problem_reports order by reported_at desc, id offset $1)`;
const COLUMNS = "id, player_id, extract(epoch from reported_at)::float8 * 1000 as at_ms, report";

const Row = z.object({ id: z.string(), player_id: z.string(), at_ms: z.number(), report: ProblemReport });

function recordOf(row: unknown): ProblemRecord {
  const { id, player_id, at_ms, report } = z.parse(Row, row);
  return { id, playerId: player_id, atMs: Math.round(at_ms), report };
}

export function sqlProblems(database: SqlDatabase): ProblemStore {
  return {
    async saveProblem({ id, playerId, atMs, report }, { perPlayerMax, sinceMs, rowsMax }) {
      const written = await database.query(SAVE, [id, playerId, atMs, JSON.stringify(report), sinceMs, perPlayerMax]);
      if (written.length === 0) {
        const [taken] = await database.query("select 1 from problem_reports where id = $1", [id]);
        return taken ? "taken" : "too-many";
      }
      await database.query(TRIM, [rowsMax]);
      return "saved";
    },
    async findProblem(id) {
      const [row] = await database.query(`select ${COLUMNS} from problem_reports where id = $1`, [id]);
      return row && recordOf(row);
    },
    async newestProblems(countMax) {
      const rows = await database.query(`select ${COLUMNS} from problem_reports order by reported_at desc, id limit $1`, [countMax]);
      return rows.map(recordOf);
    },
  };
}
