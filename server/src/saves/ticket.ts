// A session's right to its player's saves of one title.

import { Epoch, Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import { readClaims, signClaims } from "./signed-claims.ts";

/** A session that plays longer is given a new one with each save that it brings. */
export const TICKET_LIFE_MS = 12 * 60 * 60_000;

const Claims = z.strictObject({
  use: z.literal("saves"),
  sessionId: Id,
  epoch: Epoch,
  playerId: Id,
  titleId: Id,
  expiresAtMs: z.number(),
});
export type SaveClaims = Omit<z.infer<typeof Claims>, "use">;

export function signTicket(claims: SaveClaims, key: Buffer): string {
  return signClaims({ use: "saves", ...claims }, key);
}

/** Undefined for one that is forged or has expired. */
export function readTicket(ticket: string, key: Buffer, nowMs: number): SaveClaims | undefined {
  const claims = readClaims(Claims, ticket, key);
  if (!claims || claims.expiresAtMs <= nowMs) return undefined;
  const { use: _use, ...rest } = claims;
  return rest;
}

/** Past half of its life. */
export function wantsRenewal(claims: SaveClaims, nowMs: number): boolean {
  return claims.expiresAtMs - nowMs < TICKET_LIFE_MS / 2;
}
