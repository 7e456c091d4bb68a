// A player's saves over HTTP: which there are, and from which the next session is
// to begin where two have parted. The player shows the token that the welcome brought.

import express, { Router, type Request, type Response } from "express";
import { SaveChoice, type PlayerSave, type SaveList, type TitleSaves } from "@nearframe/shared/api/saves";
import * as z from "zod/mini";
import { refuse } from "../http/refusals.ts";
import type { Identity } from "../players/identity.ts";
import type { SaveRecord } from "../store/save-ports.ts";
import type { Saves } from "./saves.ts";

export type SavesApiPorts = {
  identity: Pick<Identity, "read">;
  saves: Pick<Saves, "ofPlayer" | "choose">;
};

/** As long as a token may be in a hello. */
const BEARER = /^Bearer (\S{1,2048})$/i;

export function savesApi({ identity, saves }: SavesApiPorts): Router {
  const router = Router();

  router.get("/", async (request, response) => {
    const playerId = await readPlayer(request);
    if (playerId === undefined) return refuseStranger(response);
    const byTitle = Map.groupBy(await saves.ofPlayer(playerId), ({ titleId }) => titleId);
    const titles = [...byTitle].map(([titleId, records]) => titleSaves(titleId, records));
    response.set("Cache-Control", "no-store").json({ titles } satisfies SaveList);
  });

  router.post("/:titleId/choose", express.json({ limit: "4kb" }), async (request, response) => {
    const playerId = await readPlayer(request);
    if (playerId === undefined) return refuseStranger(response);
    const choice = z.safeParse(SaveChoice, request.body);
    if (!choice.success) return refuse(response, 400, "REQUEST_INVALID", 'name a save: {"saveId": "..."}');
    const { titleId } = request.params;
    const records = await saves.choose(playerId, titleId, choice.data.saveId);
    // Another player's save looks like none at all.
    if (!records) return refuse(response, 404, "SAVE_UNKNOWN", "you have no such save of this title");
    response.set("Cache-Control", "no-store").json(titleSaves(titleId, records));
  });

  return router;

  async function readPlayer(request: Request): Promise<string | undefined> {
    const token = BEARER.exec(request.headers.authorization ?? "")?.[1];
    const reading = token === undefined ? undefined : await identity.read(token);
    return reading?.type === "player" ? reading.playerId : undefined;
  }
}

function titleSaves(titleId: string, records: readonly SaveRecord[]): TitleSaves {
  return {
    titleId,
    diverged: records.some(({ place }) => place === "branch"),
    saves: records.toSorted((a, b) => b.savedAtMs - a.savedAtMs).map(playerSave),
  };
}

function playerSave({ id, sessionId, takenAtMs, occasion, archiveBytes, place }: SaveRecord): PlayerSave {
  return { saveId: id, sessionId, takenAtMs, occasion, archiveBytes, place };
}

function refuseStranger(response: Response): void {
  response.set("WWW-Authenticate", "Bearer");
  refuse(response, 401, "TOKEN_REFUSED", "show your player token, as `Authorization: Bearer TOKEN`");
}
