// How a session felt, over HTTP: for the player whose session it is, who shows
// the token that the welcome brought.

import { Router } from "express";
import type { SessionQuality } from "@nearframe/shared/api/quality";
import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import type { Identity } from "../players/identity.ts";
import type { MinuteStore, SessionStore } from "../store/ports.ts";
import { MINUTES_SHOWN_MAX } from "../telemetry/limits.ts";
import { readPlayer } from "./read-player.ts";
import { refuse } from "./refusals.ts";

export type QualityApiPorts = {
  identity: Pick<Identity, "read">;
  store: Pick<SessionStore, "findSession"> & Pick<MinuteStore, "sessionMinutes">;
};

export function qualityApi({ identity, store }: QualityApiPorts): Router {
  const router = Router();
  router.get("/:id/quality", async (request, response) => {
    const playerId = await readPlayer(identity, request, response);
    if (playerId === undefined) return;
    const id = z.safeParse(Id, request.params.id);
    const session = id.success ? await store.findSession(id.data) : undefined;
    // Another player's session looks like none at all.
    if (session?.playerId !== playerId) {
      return refuse(response, 404, "SESSION_UNKNOWN", "you have played no such session");
    }
    const minutes = await store.sessionMinutes(session.id, MINUTES_SHOWN_MAX);
    response
      .set("Cache-Control", "no-store")
      .json({ sessionId: session.id, minutes: minutes.map(({ quality }) => quality) } satisfies SessionQuality);
  });
  return router;
}
