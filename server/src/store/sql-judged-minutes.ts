// What minutes were judged by, and what came of it, on any SQL database.

import { MinuteReports } from "@nearframe/shared/checking/fuse-minute";
import * as z from "zod/mini";
import type { ReportedMinute } from "../checking/judge-minutes.ts";
import { MINUTE_FLAGS } from "../telemetry/flag-minute.ts";
import type { JudgedMinuteStore } from "./checking-ports.ts";
import type { SqlDatabase, SqlRow } from "./database.ts";

const REPORTED = "select session_id, node_id, minute, began_at, mos, frame_loss_percent, flags, reports from session_minutes where reports is not null";
const UNJUDGED = `${REPORTED} and judged is null and began_at < $1 and not (began_at >= $3 and node_id in (select jsonb_array_elements_text($4::jsonb))) order by began_at limit $2`;
const AROUND = `${REPORTED} and began_at >= $1 and began_at <= $2 order by began_at limit $3`;

const JUDGE = `
  update session_minutes m set judged = told.judged
  from jsonb_to_recordset($1::jsonb) as told(session_id text, minute integer, judged jsonb)
  where m.session_id = told.session_id and m.minute = told.minute`;

const PLAYED = `
  select node_id,
    coalesce(sum(weight) filter (where mos >= 3.6), 0)::double precision as good,
    coalesce(sum(weight) filter (where mos < 3.6 and mos >= 3.1 and by_host), 0)::double precision as degraded,
    coalesce(sum(weight) filter (where mos < 3.1 and by_host), 0)::double precision as bad
  from (
    select node_id, mos, (judged->>'weight')::double precision as weight, judged->>'blame' in ('rig', 'host-uplink') as by_host
    from session_minutes
    where judged is not null and began_at >= $2 and not (reports->>'check')::boolean
      and node_id in (select jsonb_array_elements_text($1::jsonb))
      and not exists (select 1 from sessions s where s.id = session_id and s.wash is not null)
  ) as minutes
  group by node_id`;

const Row = z.object({
  session_id: z.string(),
  node_id: z.string(),
  minute: z.int(),
  began_at: z.date(),
  mos: z.number(),
  frame_loss_percent: z.number(),
  flags: z.array(z.enum(MINUTE_FLAGS)),
  reports: MinuteReports,
});
const PlayedRow = z.object({ node_id: z.string(), good: z.number(), degraded: z.number(), bad: z.number() });

export function sqlJudgedMinutes(database: SqlDatabase): JudgedMinuteStore {
  return {
    async unjudgedMinutes({ beganBeforeMs, most, later = { nodeIds: [], sinceMs: beganBeforeMs } }) {
      return (await database.query(UNJUDGED, [new Date(beganBeforeMs), most, new Date(later.sinceMs), JSON.stringify(later.nodeIds)])).map(toReported);
    },
    async reportedMinutes({ fromMs, untilMs, most }) {
      return (await database.query(AROUND, [new Date(fromMs), new Date(untilMs), most])).map(toReported);
    },
    async saveJudgements(judged) {
      if (judged.length === 0) return;
      const rows = judged.map(({ sessionId, minute, blame, evidence, weight }) => ({ session_id: sessionId, minute, judged: { blame, evidence, weight } }));
      await database.query(JUDGE, [JSON.stringify(rows)]);
    },
    async playedMinutes(nodeIds, sinceMs) {
      const rows = await database.query(PLAYED, [JSON.stringify(nodeIds), new Date(sinceMs)]);
      return rows.map((raw) => {
        const row = z.parse(PlayedRow, raw);
        return { nodeId: row.node_id, good: row.good, degradedByHost: row.degraded, badByHost: row.bad };
      });
    },
  };
}

function toReported(raw: SqlRow): ReportedMinute {
  const row = z.parse(Row, raw);
  const { minute, mos, flags, reports } = row;
  return { sessionId: row.session_id, nodeId: row.node_id, minute, beganAtMs: row.began_at.getTime(), mos, frameLossPercent: row.frame_loss_percent, flags, reports };
}
