// A player's word on a session that they played.

import express, { Router } from "express";
import { Rating } from "@nearframe/shared/api/rating";
import { Id } from "@nearframe/shared/protocol/media";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import type { Identity } from "../players/identity.ts";
import type { SessionStore } from "../store/ports.ts";
import type { RatingStore } from "../store/rating-ports.ts";
import { readPlayer } from "./read-player.ts";
import { refuse } from "./refusals.ts";

export type RatingApiPorts = {
  identity: Pick<Identity, "read">;
  store: Pick<SessionStore, "findSession"> & Pick<RatingStore, "saveRating">;
};

export function ratingApi({ identity, store }: RatingApiPorts): Router {
  const router = Router();
  router.put("/:id/rating", express.json({ limit: "1kb" }), async (request, response) => {
    const playerId = await readPlayer(identity, request, response);
    if (playerId === undefined) return;
    const id = z.safeParse(Id, request.params.id);
    const session = id.success ? await store.findSession(id.data) : undefined;
    // Another player's session looks like none at all.
    if (session?.playerId !== playerId) {
      return refuse(response, 404, "SESSION_UNKNOWN", "you have played no such session");
    }
    const rating = z.safeParse(Rating, request.body, WORDS);
    if (!rating.success) return refuse(response, 400, "RATING_INVALID", describeIssues(rating.error.issues));
    await store.saveRating(session.id, rating.data);
    response.status(204).set("Cache-Control", "no-store").end();
  });
  return router;
}
