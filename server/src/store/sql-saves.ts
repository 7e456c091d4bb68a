// What is known of saves on any SQL database.

import { OCCASIONS } from "@nearframe/shared/saves/transfer";
import * as z from "zod/mini";
import type { SqlDatabase, SqlQueries, SqlRow } from "./database.ts";
import type { SaveLeaving, SaveRecord, SaveStore } from "./save-ports.ts";

/** bigint columns come as a number from one driver and as text from another. */
const Whole = z.coerce.number().check(z.int());

const SaveRow = z.object({
  id: z.string(),
  player_id: z.string(),
  title_id: z.string(),
  session_id: z.string(),
  epoch: Whole,
  parent_id: z.nullable(z.string()),
  place: z.enum(["head", "past", "branch"]),
  occasion: z.enum(OCCASIONS),
  settled: z.boolean(),
  archive_bytes: Whole,
  archive_digest: z.string(),
  content_bytes: Whole,
  entries: z.int(),
  taken_at: z.date(),
  saved_at: z.date(),
});

const LeavingRow = z.object({
  save_id: z.string(),
  player_id: z.string(),
  title_id: z.string(),
  session_id: z.string(),
});

/** Any constant will do; it only has to differ from the migration's. */
const LOCK_SPACE = 7_266_334;

const ADD_SAVE = `
  insert into saves (id, player_id, title_id, session_id, parent_id, place, occasion, settled, archive_bytes,
                     archive_digest, content_bytes, entries, taken_at, saved_at, epoch)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`;

const NOTE_LEAVING = `
  insert into save_leavings (save_id, player_id, title_id, session_id, due_at, claimed) values ($1, $2, $3, $4, $5, $6)
  on conflict (save_id) do nothing`;

const CLAIM_LEAVINGS = `
  update save_leavings set claimed = true, due_at = $2
  where save_id in (select save_id from save_leavings where due_at <= $1 order by due_at limit $3)
    and due_at <= $1
  returning save_id, player_id, title_id, session_id`;

const NOTE_EPOCH = `
  insert into save_sessions (session_id, epoch, heard_at) values ($1, $2, $3)
  on conflict (session_id) do update set
    epoch = greatest(save_sessions.epoch, excluded.epoch), heard_at = excluded.heard_at
  returning epoch`;

export function sqlSaves(database: SqlDatabase): SaveStore {
  return {
    savesOfPlayer: (playerId) => savesOf(database, playerId),
    async findHead(playerId, titleId) {
      const [row] = await database.query(
        "select * from saves where player_id = $1 and title_id = $2 and place = 'head'",
        [playerId, titleId],
      );
      return row && toSave(row);
    },
    changeSaves: (playerId, uploadId, nowMs, decide) =>
      database.transaction(async (queries) => {
        await queries.query("select pg_advisory_xact_lock($1, hashtext($2))", [LOCK_SPACE, playerId]);
        const saves = await savesOf(queries, playerId);
        const kept =
          uploadId === undefined
            ? []
            : await queries.query("select 1 from save_leavings where save_id = $1 and not claimed for update", [uploadId]);
        const { added, moved, forgotten } = decide(saves, kept.length > 0);
        for (const save of forgotten) await forget(queries, save, nowMs);
        // Who leaves the head goes first: there is never a second one, not even for a moment.
        for (const { id, place } of moved.toSorted((a, b) => rank(a.place) - rank(b.place))) {
          await queries.query("update saves set place = $2 where id = $1", [id, place]);
        }
        if (!added) return;
        await queries.query("delete from save_leavings where save_id = $1", [added.id]);
        await queries.query(ADD_SAVE, toValues(added));
      }),
    async noteUpload(leaving, dueAtMs) {
      await database.query(NOTE_LEAVING, [...toLeavingValues(leaving), new Date(dueAtMs), false]);
      const rows = await database.query(
        "select 1 from save_leavings where save_id = $1 and session_id = $2 and player_id = $3 and not claimed",
        [leaving.saveId, leaving.sessionId, leaving.playerId],
      );
      return rows.length > 0;
    },
    async uploadsOfSession(sessionId) {
      const rows = await database.query(
        "select save_id from save_leavings where session_id = $1 and not claimed order by due_at, save_id",
        [sessionId],
      );
      return rows.map((row) => z.parse(z.string(), row["save_id"]));
    },
    async claimLeavings(nowMs, againAtMs, atOnceMax) {
      const rows = await database.query(CLAIM_LEAVINGS, [new Date(nowMs), new Date(againAtMs), atOnceMax]);
      return rows.map(toLeaving);
    },
    async dropLeaving(saveId) {
      await database.query("delete from save_leavings where save_id = $1", [saveId]);
    },
    async noteEpoch(sessionId, epoch, nowMs) {
      const [row] = await database.query(NOTE_EPOCH, [sessionId, epoch, new Date(nowMs)]);
      return z.parse(Whole, row?.["epoch"]);
    },
    async trimEpochs(heardBeforeMs) {
      await database.query("delete from save_sessions where heard_at < $1", [new Date(heardBeforeMs)]);
    },
  };
}

const rank = (place: SaveRecord["place"]): number => (place === "head" ? 1 : 0);

async function savesOf(queries: SqlQueries, playerId: string): Promise<SaveRecord[]> {
  const rows = await queries.query("select * from saves where player_id = $1 order by saved_at, id", [playerId]);
  return rows.map(toSave);
}

async function forget(queries: SqlQueries, save: SaveRecord, nowMs: number): Promise<void> {
  await queries.query("delete from saves where id = $1", [save.id]);
  await queries.query(NOTE_LEAVING, [save.id, save.playerId, save.titleId, save.sessionId, new Date(nowMs), true]);
}

function toValues(save: SaveRecord) {
  return [
    save.id, save.playerId, save.titleId, save.sessionId, save.parentId ?? null, save.place, save.occasion, save.settled,
    save.archiveBytes, save.archiveDigest, save.contentBytes, save.entries, new Date(save.takenAtMs), new Date(save.savedAtMs),
    save.epoch,
  ];
}

function toLeavingValues({ saveId, playerId, titleId, sessionId }: SaveLeaving): string[] {
  return [saveId, playerId, titleId, sessionId];
}

function toSave(raw: SqlRow): SaveRecord {
  const row = z.parse(SaveRow, raw);
  return {
    id: row.id,
    playerId: row.player_id,
    titleId: row.title_id,
    sessionId: row.session_id,
    epoch: row.epoch,
    parentId: row.parent_id ?? undefined,
    place: row.place,
    occasion: row.occasion,
    settled: row.settled,
    archiveBytes: row.archive_bytes,
    archiveDigest: row.archive_digest,
    contentBytes: row.content_bytes,
    entries: row.entries,
    takenAtMs: row.taken_at.getTime(),
    savedAtMs: row.saved_at.getTime(),
  };
}

function toLeaving(raw: SqlRow): SaveLeaving {
  const row = z.parse(LeavingRow, raw);
  return { saveId: row.save_id, playerId: row.player_id, titleId: row.title_id, sessionId: row.session_id };
}
