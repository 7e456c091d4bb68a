// The class in line that the server's operator gives to a player for a time, over HTTP and
// with the admin token: whoever sells places calls this. A player has no way to it.

import type { Clock } from "@nearframe/shared/clock";
import { Id } from "@nearframe/shared/protocol/media";
import { Router } from "express";
import * as z from "zod/mini";
import { showsToken } from "../nodes/node-token.ts";
import { PLAYER_CLASSES } from "../queue/line.ts";
import type { PlayerClassStore } from "../store/player-class-ports.ts";
import { refuse } from "./refusals.ts";

export type PlayerClassesApiPorts = { clock: Clock; store: PlayerClassStore; adminToken: string };

const DAY_MS = 24 * 3600 * 1000;
export const CLASS_DAYS_MAX = 400;

const Player = z.object({ id: Id });
const Class = z.enum(PLAYER_CLASSES);
const Days = z.pipe(z.pipe(z.string().check(z.regex(/^\d{1,3}$/)), z.transform(Number)), z.int().check(z.gte(1), z.lte(CLASS_DAYS_MAX)));

export function playerClassesApi({ clock, store, adminToken }: PlayerClassesApiPorts): Router {
  const router = Router();
  router.use((request, response, next) => {
    if (showsToken(request.headers.authorization, adminToken)) return next();
    response.set("WWW-Authenticate", "Bearer");
    refuse(response, 401, "TOKEN_REFUSED", "show the server's admin token, as `Authorization: Bearer TOKEN`");
  });

  router.get("/:id/class", async (request, response) => {
    const player = z.safeParse(Player, request.params);
    if (!player.success) return refuse(response, 404, "PLAYER_UNKNOWN", "no player has such an id");
    const { id: playerId } = player.data;
    const grant = await store.findClass(playerId);
    const current = grant && grant.untilMs > clock.wallMs() ? { class: grant.playerClass, untilMs: grant.untilMs } : { class: "ordinary" };
    response.set("Cache-Control", "no-store").json({ playerId, ...current });
  });

  router.post("/:id/class/:class", async (request, response) => {
    const player = z.safeParse(Player, request.params);
    if (!player.success) return refuse(response, 404, "PLAYER_UNKNOWN", "no player has such an id");
    const playerClass = z.safeParse(Class, request.params.class);
    if (!playerClass.success) return refuse(response, 404, "CLASS_UNKNOWN", `a player can be: ${PLAYER_CLASSES.join(", ")}`);
    const { id: playerId } = player.data;
    const nowMs = clock.wallMs();
    if (playerClass.data === "ordinary") {
      await store.giveClass(playerId, undefined, nowMs);
      return response.set("Cache-Control", "no-store").json({ playerId, class: "ordinary" });
    }
    const days = z.safeParse(Days, request.query["days"]);
    if (!days.success) return refuse(response, 400, "DAYS_INVALID", `say for how many days, 1 to ${CLASS_DAYS_MAX}, as ?days=30`);
    const untilMs = nowMs + days.data * DAY_MS;
    await store.giveClass(playerId, { playerClass: playerClass.data, untilMs }, nowMs);
    response.set("Cache-Control", "no-store").json({ playerId, class: playerClass.data, untilMs });
  });
  return router;
}
