// Classes of players on any SQL database.

import * as z from "zod/mini";
import { PLAYER_CLASSES } from "../queue/line.ts";
import type { SqlDatabase } from "./database.ts";
import type { PlayerClassStore } from "./player-class-ports.ts";

const GIVE = `
  insert into player_classes (player_id, class, until) values ($1, $2, $3)
  on conflict (player_id) do update set class = excluded.class, until = excluded.until`;

const Row = z.object({ class: z.enum(PLAYER_CLASSES), until: z.date() });

export function sqlPlayerClasses(database: SqlDatabase): PlayerClassStore {
  return {
    async giveClass(playerId, grant, nowMs) {
      await database.transaction(async (queries) => {
        await queries.query("delete from player_classes where player_id = $1 or until < $2", [playerId, new Date(nowMs)]);
        if (grant) await queries.query(GIVE, [playerId, grant.playerClass, new Date(grant.untilMs)]);
      });
    },
    async findClass(playerId) {
      const [row] = await database.query("select class, until from player_classes where player_id = $1", [playerId]);
      if (!row) return undefined;
      const { class: playerClass, until } = z.parse(Row, row);
      return { playerClass, untilMs: until.getTime() };
    },
  };
}
