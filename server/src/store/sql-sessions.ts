// Sessions on any SQL database.

import { Device } from "@nearframe/shared/protocol/client-to-server";
import { END_REASONS } from "@nearframe/shared/session/end-reasons";
import * as z from "zod/mini";
import type { SqlDatabase, SqlRow } from "./database.ts";
import type { SessionRecord, SessionStore, SessionTurn } from "./ports.ts";

const STATES = [
  "queued",
  "probing",
  "starting",
  "streaming",
  "held",
  "moving",
  "ending",
  "ended",
] as const satisfies SessionRecord["state"][];

/** Drivers give large integers as what holds them all. */
const Big = z.pipe(z.union([z.number(), z.string(), z.bigint()]), z.transform(Number));

/** Rows are outside input too: an older version wrote them, or a person did. */
const SessionRow = z.object({
  id: z.string(),
  player_id: z.string(),
  title_id: z.string(),
  device: Device,
  state: z.enum(STATES),
  node_id: z.nullable(z.string()),
  slot: z.nullable(z.int()),
  epoch: z.nullable(Big),
  requested_at: z.date(),
  played_since: z.nullable(z.date()),
  metered_ms: Big,
  running_since: z.nullable(z.date()),
  ended_at: z.nullable(z.date()),
  end_reason: z.nullable(z.enum(END_REASONS)),
  end_detail: z.nullable(z.string()),
  term: z.int(),
  is_check: z.boolean(),
  node_told_ms: z.nullable(Big),
  player_told_ms: z.nullable(Big),
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

/** The first end stands, and an owner that has been replaced writes nothing. */
const SAVE_SESSION = `
  insert into sessions (id, player_id, title_id, device, state, node_id, slot, epoch, requested_at, played_since,
                        metered_ms, running_since, ended_at, end_reason, end_detail, term, is_check, node_told_ms, player_told_ms)
  values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
  on conflict (id) do update set
    device = excluded.device, state = excluded.state, node_id = excluded.node_id, slot = excluded.slot,
    epoch = excluded.epoch, played_since = excluded.played_since, metered_ms = excluded.metered_ms,
    running_since = excluded.running_since, ended_at = excluded.ended_at, end_reason = excluded.end_reason,
    end_detail = excluded.end_detail, term = excluded.term, is_check = excluded.is_check,
    node_told_ms = excluded.node_told_ms, player_told_ms = excluded.player_told_ms
  where sessions.ended_at is null and sessions.term <= excluded.term`;

const ADD_TURN = `
  insert into session_turns (session_id, ordinal, at, event, state) values ($1, $2, $3, $4, $5)
  on conflict (session_id, ordinal) do nothing`;

const WITH_TURNS = `
  select s.*, (select count(*)::integer from session_turns t where t.session_id = s.id) as turn_count from sessions s`;
const OPEN_SESSIONS = `${WITH_TURNS} where s.ended_at is null order by s.requested_at, s.id`;
const OPEN_SESSION = `${WITH_TURNS} where s.id = $1 and s.ended_at is null`;

export function sqlSessions(database: SqlDatabase): SessionStore {
  return {
    async saveSession(record, turns) {
      const { lease, played, end } = record;
      await database.transaction(async (queries) => {
        await queries.query(SAVE_PLAYER, [record.playerId, new Date(turns.at(-1)?.atMs ?? record.requestedAtMs)]);
        await queries.query(SAVE_SESSION, [
          record.id,
          record.playerId,
          record.titleId,
          JSON.stringify(record.device),
          record.state,
          lease?.nodeId ?? null,
          lease?.slot ?? null,
          lease?.epoch ?? null,
          new Date(record.requestedAtMs),
          toDate(played?.sinceMs),
          Math.round(played?.meteredMs ?? 0),
          toDate(played?.runningSinceMs),
          toDate(end?.atMs),
          end?.reason ?? null,
          end?.detail ?? null,
          record.term,
          record.check ?? false,
          record.told?.nodeMs ?? null,
          record.told?.playerMs ?? null,
        ]);
        for (const turn of turns) {
          await queries.query(ADD_TURN, [turn.sessionId, turn.ordinal, new Date(turn.atMs), turn.event, turn.state]);
        }
      });
    },
    async openSessions() {
      return (await database.query(OPEN_SESSIONS)).map(toOpen);
    },
    async openSession(id) {
      const [row] = await database.query(OPEN_SESSION, [id]);
      return row && toOpen(row);
    },
    async findSession(id) {
      const [row] = await database.query("select * from sessions where id = $1", [id]);
      return row && toRecord(row);
    },
    async sessionTurns(id) {
      const rows = await database.query("select * from session_turns where session_id = $1 order by ordinal", [id]);
      return rows.map(toTurn);
    },
  };
}

/** Clock readings have fractions; what is kept is whole milliseconds. */
function toDate(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms);
}

function toOpen(row: SqlRow): { record: SessionRecord; turnCount: number } {
  return { record: toRecord(row), turnCount: z.parse(z.int(), row["turn_count"]) };
}

function toRecord(raw: SqlRow): SessionRecord {
  const row = z.parse(SessionRow, raw);
  return {
    id: row.id,
    playerId: row.player_id,
    titleId: row.title_id,
    device: row.device,
    state: row.state,
    lease:
      row.node_id !== null && row.slot !== null && row.epoch !== null
        ? { nodeId: row.node_id, slot: row.slot, epoch: row.epoch }
        : undefined,
    requestedAtMs: row.requested_at.getTime(),
    played: row.played_since
      ? { sinceMs: row.played_since.getTime(), meteredMs: row.metered_ms, runningSinceMs: row.running_since?.getTime() }
      : undefined,
    end:
      row.ended_at && row.end_reason
        ? { reason: row.end_reason, detail: row.end_detail ?? undefined, atMs: row.ended_at.getTime() }
        : undefined,
    term: row.term,
    ...(row.node_told_ms !== null && row.player_told_ms !== null && { told: { nodeMs: row.node_told_ms, playerMs: row.player_told_ms } }),
    ...(row.is_check && { check: true }),
  };
}

function toTurn(raw: SqlRow): SessionTurn {
  const row = z.parse(TurnRow, raw);
  return { sessionId: row.session_id, ordinal: row.ordinal, atMs: row.at.getTime(), event: row.event, state: row.state };
}
