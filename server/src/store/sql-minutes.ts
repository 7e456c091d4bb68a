// Minute scores on any SQL database.

import { MinuteQuality } from "@nearframe/shared/api/quality";
import { MinuteReports } from "@nearframe/shared/checking/fuse-minute";
import * as z from "zod/mini";
import { MINUTE_FLAGS } from "../telemetry/flag-minute.ts";
import type { MinuteRecord } from "../telemetry/score-session-minute.ts";
import type { SqlDatabase, SqlRow } from "./database.ts";
import type { MinuteStore } from "./ports.ts";

/** Each figure of a minute has a column of its name, as in `delayMs` and `delay_ms`. */
const FIGURES = Object.keys(MinuteQuality.shape).filter((name) => name !== "beganAtMs") as Exclude<
  keyof MinuteQuality,
  "beganAtMs"
>[];
const FIGURE_COLUMNS = FIGURES.map(columnOf).join(", ");
const COLUMNS = `session_id, node_id, began_at, flags, reports, ${FIGURE_COLUMNS}`;

/** One parameter for a whole batch; the table itself says what type each column has. */
const ADD_MINUTES = `
  insert into session_minutes (${COLUMNS})
  select ${COLUMNS} from jsonb_populate_recordset(null::session_minutes, $1::jsonb)
  on conflict (session_id, minute) do nothing`;

const NEWEST_MINUTES = `
  select * from (select * from session_minutes where session_id = $1 order by minute desc limit $2) as newest
  order by minute`;

/** Those that were written first are looked at first; so it stops at the first page with nothing to do. */
const TRIM_MINUTES = `
  with oldest as (select ordinal from session_minutes order by ordinal limit $3),
  gone as (
    delete from session_minutes m using oldest
    where m.ordinal = oldest.ordinal
      and (m.began_at < $1 or m.ordinal <= (select max(ordinal) from session_minutes) - $2)
    returning 1
  )
  select count(*)::integer as gone from gone`;

const MinuteRow = z.object({
  session_id: z.string(),
  node_id: z.string(),
  began_at: z.date(),
  flags: z.array(z.enum(MINUTE_FLAGS)),
  reports: z.nullable(MinuteReports),
});

export function sqlMinutes(database: SqlDatabase): MinuteStore {
  return {
    async saveMinutes(minutes) {
      if (minutes.length > 0) await database.query(ADD_MINUTES, [JSON.stringify(minutes.map(toRow))]);
    },
    async sessionMinutes(sessionId, newestMax) {
      const rows = await database.query(NEWEST_MINUTES, [sessionId, newestMax]);
      return rows.map(toMinute);
    },
    async trimMinutes({ beganBeforeMs, rowsMax, atOnceMax }) {
      const [row] = await database.query(TRIM_MINUTES, [new Date(beganBeforeMs), rowsMax, atOnceMax]);
      return z.parse(z.int(), row?.["gone"]);
    },
  };
}

function columnOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toRow({ sessionId, nodeId, quality, flags, reports }: MinuteRecord): object {
  return {
    session_id: sessionId,
    node_id: nodeId,
    began_at: new Date(quality.beganAtMs).toISOString(),
    flags,
    ...(reports && { reports }),
    ...Object.fromEntries(FIGURES.map((name) => [columnOf(name), quality[name]])),
  };
}

function toMinute(raw: SqlRow): MinuteRecord {
  const row = z.parse(MinuteRow, raw);
  const told = FIGURES.map((name) => [name, raw[columnOf(name)]]).filter(([, value]) => value !== null);
  const quality = z.parse(MinuteQuality, { ...Object.fromEntries(told), beganAtMs: row.began_at.getTime() });
  return { sessionId: row.session_id, nodeId: row.node_id, quality, flags: row.flags, ...(row.reports && { reports: row.reports }) };
}
