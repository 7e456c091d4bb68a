// What is played where, and what of it was made up, on any SQL database.

import * as z from "zod/mini";
import type { WashStore } from "./checking-ports.ts";
import type { SqlDatabase } from "./database.ts";
import { saveStandings } from "./sql-checking.ts";

/**
 * A session that moved is one on each of its nodes. Who played, and from where, its first minute there tells: on the
 * thread that serves players, where the database is embedded, reading and ordering each minute's takes three times as long.
 */
const PLAYED = `
  select p.session_id, p.node_id, first.reports->>'playerId' as player_id, first.reports->>'networkId' as network_id, p.began_at, p.minutes, p.inputs, p.pictures
  from (
    select session_id, node_id, min(minute) as first_minute, min(began_at) as began_at,
      array_agg(minute) as minutes, array_agg(click_to_photon_count) as inputs, coalesce(sum(fps * moving_seconds), 0) as pictures
    from session_minutes
    where judged is not null and began_at >= $2 and node_id in (select jsonb_array_elements_text($1::jsonb))
    group by 1, 2
  ) as p
  cross join lateral (select m.reports from session_minutes m where m.session_id = p.session_id and m.minute = p.first_minute limit 1) as first
  where not (first.reports->>'check')::boolean
  order by p.began_at desc, p.session_id
  limit $3`;

const WHERE = `
  select player_id, node_id, sum(metered_ms)::double precision as metered_ms
  from sessions
  where player_id in (select jsonb_array_elements_text($1::jsonb)) and requested_at >= $2 and node_id is not null and not is_check
  group by 1, 2
  order by 1, 2`;

const MARK = `
  update sessions s set wash = told.reasons
  from jsonb_to_recordset($1::jsonb) as told(session_id text, reasons jsonb)
  where s.id = told.session_id and s.wash is null`;

const LIFT = `
  update sessions set wash = null
  where wash is not null and id in (select jsonb_array_elements_text($1::jsonb))
  returning id`;

const PlayedRow = z.object({
  session_id: z.string(), node_id: z.string(), player_id: z.string(), network_id: z.string(), began_at: z.date(), minutes: z.array(z.int()), inputs: z.array(z.int()), pictures: z.number(),
});
const WhereRow = z.object({ player_id: z.string(), node_id: z.string(), metered_ms: z.number() });

export function sqlWash(database: SqlDatabase): WashStore {
  return {
    async playedSessions({ nodeIds, sinceMs, newestMax }) {
      const rows = await database.query(PLAYED, [JSON.stringify(nodeIds), new Date(sinceMs), newestMax]);
      return rows.map((raw) => {
        const row = z.parse(PlayedRow, raw);
        const { minutes, pictures } = row;
        const inputs = row.inputs.map((count, index) => [minutes[index] ?? 0, count] as const).toSorted(([a], [b]) => a - b).map(([, count]) => count);
        return { sessionId: row.session_id, playerId: row.player_id, nodeId: row.node_id, networkId: row.network_id, beganAtMs: row.began_at.getTime(), inputs, pictures };
      });
    },
    async playedWhere(playerIds, sinceMs) {
      const rows = await database.query(WHERE, [JSON.stringify(playerIds), new Date(sinceMs)]);
      return rows.map((raw) => {
        const row = z.parse(WhereRow, raw);
        return { playerId: row.player_id, nodeId: row.node_id, meteredMs: row.metered_ms };
      });
    },
    async markWash(sessions) {
      if (sessions.length === 0) return;
      await database.query(MARK, [JSON.stringify(sessions.map(({ sessionId, reasons }) => ({ session_id: sessionId, reasons })))]);
    },
    liftWash: (sessionIds, standingsAfter) =>
      database.transaction(async (queries) => {
        const rows = await queries.query(LIFT, [JSON.stringify(sessionIds)]);
        const standings = standingsAfter(rows.map((row) => z.parse(z.string(), row["id"])));
        await saveStandings(queries, standings);
        return standings;
      }),
  };
}
