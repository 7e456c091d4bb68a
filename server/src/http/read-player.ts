// Whose token a request shows. Refuses those without one.

import type { Request, Response } from "express";
import type { Identity } from "../players/identity.ts";
import { refuse } from "./refusals.ts";

/** As long as a token may be in a hello. */
const BEARER = /^Bearer (\S{1,2048})$/i;

/** Undefined when the request was refused and answered. */
export async function readPlayer(identity: Pick<Identity, "read">, request: Request, response: Response): Promise<string | undefined> {
  const token = BEARER.exec(request.headers.authorization ?? "")?.[1];
  const reading = token === undefined ? undefined : await identity.read(token);
  if (reading?.type === "player") return reading.playerId;
  response.set("WWW-Authenticate", "Bearer");
  refuse(response, 401, "TOKEN_REFUSED", "show your player token, as `Authorization: Bearer TOKEN`");
  return undefined;
}
