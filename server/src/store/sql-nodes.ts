// What is kept of nodes, on any SQL database.

import { bearerOf, END_REASONS } from "@nearframe/shared/session/end-reasons";
import * as z from "zod/mini";
import type { SqlDatabase, SqlRow } from "./database.ts";
import type { NodeDay, NodeStore, NodeTotals } from "./node-ports.ts";

/** One parameter for a whole batch. A row may be named once in a statement, so what is named twice is summed up first. */
const ADD_DAYS = `
  insert into node_days (node_id, day, first_heard_at, linked_ms, sessions_ended, sessions_failed_by_host)
  select node_id, (at at time zone 'UTC')::date, min(at), sum(linked_ms), sum(sessions_ended), sum(sessions_failed_by_host)
  from jsonb_to_recordset($1::jsonb) as added(
    node_id text, at timestamptz, linked_ms bigint, sessions_ended integer, sessions_failed_by_host integer
  )
  group by 1, 2
  order by 1, 2
  on conflict (node_id, day) do update set
    first_heard_at = least(node_days.first_heard_at, excluded.first_heard_at),
    linked_ms = node_days.linked_ms + excluded.linked_ms,
    sessions_ended = node_days.sessions_ended + excluded.sessions_ended,
    sessions_failed_by_host = node_days.sessions_failed_by_host + excluded.sessions_failed_by_host`;

/** Days were added to before anybody knew which of their sessions the host made up; those are few, and taken off here. */
const TOTALS = `
  with washed as (
    select node_id, count(*) as ended, count(*) filter (where end_reason in (select jsonb_array_elements_text($4::jsonb))) as failed_by_host,
      count(*) filter (where (ended_at at time zone 'UTC')::date >= ($3::timestamptz at time zone 'UTC')::date) as recent
    from sessions
    where wash is not null and node_id in (select jsonb_array_elements_text($1::jsonb))
      and (ended_at at time zone 'UTC')::date >= ($2::timestamptz at time zone 'UTC')::date
    group by node_id
  )
  select node_id, min(first_heard_at) as first_heard_at, sum(linked_ms) as linked_ms,
    greatest(0, sum(sessions_ended) - coalesce(max(washed.ended), 0)) as sessions_ended,
    greatest(0, sum(sessions_failed_by_host) - coalesce(max(washed.failed_by_host), 0)) as sessions_failed_by_host,
    greatest(0, coalesce(sum(sessions_ended) filter (where day >= ($3::timestamptz at time zone 'UTC')::date), 0) - coalesce(max(washed.recent), 0)) as sessions_recent
  from node_days left join washed using (node_id)
  where node_id in (select jsonb_array_elements_text($1::jsonb)) and day >= ($2::timestamptz at time zone 'UTC')::date
  group by node_id`;

const BY_HOST = JSON.stringify(END_REASONS.filter((reason) => bearerOf(reason) === "host"));

const TRIM = `
  with gone as (delete from node_days where day < ($1::timestamptz at time zone 'UTC')::date returning 1)
  select count(*)::integer as gone from gone`;

/** Sums come as a number from one driver and as text from another. */
const Whole = z.coerce.number().check(z.int());

const TotalsRow = z.object({
  node_id: z.string(),
  first_heard_at: z.date(),
  linked_ms: Whole,
  sessions_ended: Whole,
  sessions_failed_by_host: Whole,
  sessions_recent: Whole,
});

export function sqlNodes(database: SqlDatabase): NodeStore {
  return {
    async addNodeDays(days) {
      if (days.length > 0) await database.query(ADD_DAYS, [JSON.stringify(days.map(toRow))]);
    },
    async nodeTotals(nodeIds, { sinceMs, recentSinceMs }) {
      if (nodeIds.length === 0) return [];
      const rows = await database.query(TOTALS, [JSON.stringify(nodeIds), new Date(sinceMs), new Date(recentSinceMs), BY_HOST]);
      return rows.map(toTotals);
    },
    async trimNodeDays(beforeMs) {
      const [row] = await database.query(TRIM, [new Date(beforeMs)]);
      return z.parse(z.int(), row?.["gone"]);
    },
  };
}

function toRow({ nodeId, atMs, linkedMs, sessionsEnded, sessionsFailedByHost }: NodeDay): object {
  return {
    node_id: nodeId,
    at: new Date(atMs).toISOString(),
    linked_ms: Math.round(linkedMs),
    sessions_ended: sessionsEnded,
    sessions_failed_by_host: sessionsFailedByHost,
  };
}

function toTotals(raw: SqlRow): NodeTotals {
  const row = z.parse(TotalsRow, raw);
  return {
    nodeId: row.node_id,
    firstHeardAtMs: row.first_heard_at.getTime(),
    linkedMs: row.linked_ms,
    sessionsEnded: row.sessions_ended,
    sessionsFailedByHost: row.sessions_failed_by_host,
    sessionsRecent: row.sessions_recent,
  };
}
