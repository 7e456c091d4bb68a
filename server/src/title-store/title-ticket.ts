// A node's right to fetch one title. Whoever has it can fetch any piece whose digest it
// knows; and digests are known from packages alone.

import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import { readClaims, signClaims } from "../saves/signed-claims.ts";

/** A large title, over a slow line, with interruptions. */
const LIFE_MS = 24 * 60 * 60_000;

const Claims = z.strictObject({ use: z.literal("title"), titleId: Id, expiresAtMs: z.number() });

export function signTitleTicket(titleId: string, nowMs: number, key: Buffer): string {
  return signClaims({ use: "title", titleId, expiresAtMs: nowMs + LIFE_MS }, key);
}

/** Undefined for one that is forged or has expired. */
export function readTitleTicket(ticket: string, nowMs: number, key: Buffer): string | undefined {
  const claims = readClaims(Claims, ticket, key);
  return claims && claims.expiresAtMs > nowMs ? claims.titleId : undefined;
}
