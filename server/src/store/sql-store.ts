// The store on any SQL database: PGlite in the process, PostgreSQL beyond one machine.

import { Device } from "@nearframe/shared/protocol/client-to-server";
import { END_REASONS } from "@nearframe/shared/session/end-reasons";
import * as z from "zod/mini";
import type { SqlDatabase, SqlRow } from "./database.ts";
import { migrate } from "./migrate.ts";
import type { SessionRecord, SessionTurn, Store } from "./ports.ts";
import { sqlMinutes } from "./sql-minutes.ts";
import { sqlNodes } from "./sql-nodes.ts";
import { sqlSaves } from "./sql-saves.ts";
import { sqlTitleVersions } from "./sql-title-versions.ts";

const STATES = ["queued", "starting", "streaming", "held", "ending", "ended"] as const satisfies SessionRecord["state"][];

/** Rows are outside input too: an older version wrote them, or a person did. */
const SessionRow = z.object({
  id: z.string(),
  player_id: z.string(),
  title_id: z.string(),
  device: Device,
  state: z.enum(STATES),
  node_id: z.nullable(z.string()),
  requested_at: z.date(),
  played_since: z.nullable(z.date()),
  ended_at: z.nullable(z.date()),
  end_reason: z.nullable(z.enum(END_REASONS)),
  end_detail: z.nullable(z.string()),
});
const TurnRow = z.object({
  session_id: z.string(),
  ordinal: z.int(),
  at: z.date(),
  event: z.string(),
  state: z.enum(STATES),
});

const SAVE_PLAYER = `
  insert into players (id, first_seen_at, last_seen_at) values ($1, $2, $2)
  on conflict (id) do update set last_seen_at = greatest(players.last_seen_at, excluded.last_seen_at)`;

const SAVE_SESSION = `
  insert into sessions (id, player_id, title_id, device, state, node_id, requested_at, played_since,
                        ended_at, end_reason, end_detail)
  values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11)
  on conflict (id) do update set
    device = excluded.device, state = excluded.state, node_id = excluded.node_id,
    played_since = excluded.played_since, ended_at = excluded.ended_at,
    end_reason = excluded.end_reason, end_detail = excluded.end_detail`;

const ADD_TURN = `
  insert into session_turns (session_id, ordinal, at, event, state) values ($1, $2, $3, $4, $5)
  on conflict (session_id, ordinal) do nothing`;

const OPEN_SESSIONS = `
  select s.*, (select count(*)::integer from session_turns t where t.session_id = s.id) as turn_count
  from sessions s where s.ended_at is null order by s.requested_at, s.id`;

/** Migrates the database and returns the store on it. */
export async function openSqlStore(database: SqlDatabase): Promise<Store> {
  await migrate(database);
  return {
    ...sqlMinutes(database),
    ...sqlSaves(database),
    ...sqlTitleVersions(database),
    ...sqlNodes(database),
    async saveSession(record, turns) {
      await database.transaction(async (queries) => {
        await queries.query(SAVE_PLAYER, [record.playerId, new Date(turns.at(-1)?.atMs ?? record.requestedAtMs)]);
        await queries.query(SAVE_SESSION, [
          record.id,
          record.playerId,
          record.titleId,
          JSON.stringify(record.device),
          record.state,
          record.nodeId ?? null,
          new Date(record.requestedAtMs),
          toDate(record.playedSinceMs),
          toDate(record.end?.atMs),
          record.end?.reason ?? null,
          record.end?.detail ?? null,
        ]);
        for (const turn of turns) {
          await queries.query(ADD_TURN, [turn.sessionId, turn.ordinal, new Date(turn.atMs), turn.event, turn.state]);
        }
      });
    },
    async openSessions() {
      const rows = await database.query(OPEN_SESSIONS);
      return rows.map((row) => ({ record: toRecord(row), turnCount: z.parse(z.int(), row["turn_count"]) }));
    },
    async findSession(id) {
      const [row] = await database.query("select * from sessions where id = $1", [id]);
      return row && toRecord(row);
    },
    async sessionTurns(id) {
      const rows = await database.query("select * from session_turns where session_id = $1 order by ordinal", [id]);
      return rows.map(toTurn);
    },
    async keepFirst(key, value) {
      await database.query("insert into settings (key, value) values ($1, $2) on conflict (key) do nothing", [key, value]);
      const [row] = await database.query("select value from settings where key = $1", [key]);
      return z.parse(z.string(), row?.["value"]);
    },
  };
}

/** Clock readings have fractions; what is kept is whole milliseconds. */
function toDate(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}

function toRecord(raw: SqlRow): SessionRecord {
  const row = z.parse(SessionRow, raw);
  return {
    id: row.id,
    playerId: row.player_id,
    titleId: row.title_id,
    device: row.device,
    state: row.state,
    nodeId: row.node_id ?? undefined,
    requestedAtMs: row.requested_at.getTime(),
    playedSinceMs: row.played_since?.getTime(),
    end:
      row.ended_at && row.end_reason
        ? { reason: row.end_reason, detail: row.end_detail ?? undefined, atMs: row.ended_at.getTime() }
        : undefined,
  };
}

function toTurn(raw: SqlRow): SessionTurn {
  const row = z.parse(TurnRow, raw);
  return { sessionId: row.session_id, ordinal: row.ordinal, atMs: row.at.getTime(), event: row.event, state: row.state };
}
