// Links to sessions on any SQL database.

import { GuestRole } from "@nearframe/shared/friends/roles";
import * as z from "zod/mini";
import type { Share } from "../shares/company.ts";
import type { SqlDatabase, SqlRow } from "./database.ts";
import type { ShareStore } from "./share-ports.ts";

const SAVE = `
  insert into session_shares (code, session_id, player_id, role, pad, made_at, expires_at, revoked_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (code) do update set revoked_at = coalesce(session_shares.revoked_at, excluded.revoked_at)`;

const Row = z.object({
  code: z.string(), session_id: z.string(), player_id: z.string(), role: GuestRole, pad: z.nullable(z.number()),
  made_at: z.date(), expires_at: z.date(), revoked_at: z.nullable(z.date()),
});

export function sqlShares(database: SqlDatabase): ShareStore {
  return {
    async saveShare({ code, sessionId, playerId, role, pad, madeAtMs, expiresAtMs, revokedAtMs }) {
      const revokedAt = revokedAtMs === undefined ? null : new Date(revokedAtMs);
      await database.query(SAVE, [code, sessionId, playerId, role, pad ?? null, new Date(madeAtMs), new Date(expiresAtMs), revokedAt]);
    },
    async findShare(code) {
      const [row] = await database.query("select * from session_shares where code = $1", [code]);
      return row && readShare(row);
    },
    async sharesOfSession(sessionId) {
      const rows = await database.query("select * from session_shares where session_id = $1 order by made_at, code", [sessionId]);
      return rows.map(readShare);
    },
    async trimShares(expiredBeforeMs) {
      const rows = await database.query("delete from session_shares where expires_at < $1 returning code", [new Date(expiredBeforeMs)]);
      return rows.length;
    },
  };
}

function readShare(row: SqlRow): Share {
  const { code, session_id, player_id, role, pad, made_at, expires_at, revoked_at } = z.parse(Row, row);
  return {
    code, sessionId: session_id, playerId: player_id, role, pad: pad ?? undefined,
    madeAtMs: made_at.getTime(), expiresAtMs: expires_at.getTime(), revokedAtMs: revoked_at?.getTime(),
  };
}
