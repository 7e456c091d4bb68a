// Going on with another device, over HTTP.

import express, { Router } from "express";
import { HANDOFF_LIFE_MS, HandoffTake, type Handoff } from "@nearframe/shared/api/handoff";
import * as z from "zod/mini";
import type { Handoffs } from "../players/handoffs.ts";
import type { Identity } from "../players/identity.ts";
import { readPlayer } from "./read-player.ts";
import { refuse } from "./refusals.ts";

export type HandoffsApiPorts = { identity: Pick<Identity, "read" | "tokenFor">; handoffs: Handoffs };

export function handoffsApi({ identity, handoffs }: HandoffsApiPorts): Router {
  const router = Router();
  router.post("/", async (request, response) => {
    const playerId = await readPlayer(identity, request, response);
    if (playerId === undefined) return;
    const code = await handoffs.make(playerId);
    if (code === undefined) return refuse(response, 429, "HANDOFFS_TOO_MANY", "you asked a moment ago; try again in two seconds");
    response.status(201).set("Cache-Control", "no-store").json({ code, lifeMs: HANDOFF_LIFE_MS } satisfies Handoff);
  });
  router.post("/take", express.json({ limit: "1kb" }), async (request, response) => {
    const asked = z.safeParse(HandoffTake, request.body);
    const playerId = asked.success ? await handoffs.take(asked.data.code) : undefined;
    // What was never made, was taken and has expired look the same.
    if (playerId === undefined) return refuse(response, 404, "HANDOFF_UNKNOWN", "there is no such code now; codes are good once, for two minutes");
    response.set("Cache-Control", "no-store").json({ token: await identity.tokenFor(playerId) });
  });
  return router;
}
