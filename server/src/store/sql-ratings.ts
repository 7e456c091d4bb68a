// Ratings on any SQL database.

import { Rating, RATED_PARTS } from "@nearframe/shared/api/rating";
import * as z from "zod/mini";
import type { SqlDatabase } from "./database.ts";
import type { RatingStore } from "./rating-ports.ts";

const SAVE = `
  insert into session_ratings (session_id, rated_at, overall, picture, sound, control) values ($1, now(), $2, $3, $4, $5)
  on conflict (session_id) do update set
    rated_at = excluded.rated_at, overall = excluded.overall,
    picture = excluded.picture, sound = excluded.sound, control = excluded.control`;

export function sqlRatings(database: SqlDatabase): RatingStore {
  return {
    async saveRating(sessionId, { overall, picture, sound, control }) {
      await database.query(SAVE, [sessionId, overall, picture ?? null, sound ?? null, control ?? null]);
    },
    async findRating(sessionId) {
      const [row] = await database.query("select overall, picture, sound, control from session_ratings where session_id = $1", [sessionId]);
      if (!row) return undefined;
      const told = RATED_PARTS.map((part) => [part, row[part]]).filter(([, stars]) => stars !== null);
      return z.parse(Rating, Object.fromEntries(told));
    },
  };
}
