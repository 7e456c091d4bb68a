// A session's right to its player's saves of one title: claims and a signature
// over them, `base64url(claims).base64url(HMAC-SHA-256)`.
//
// Not a JSON Web Token, because jose signs only asynchronously and a session starts
// without waiting; there is one algorithm, and nothing to choose.

import { createHmac, timingSafeEqual } from "node:crypto";
import { Epoch, Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";

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
  const text = Buffer.from(JSON.stringify({ use: "saves", ...claims })).toString("base64url");
  return `${text}.${mac(text, key).toString("base64url")}`;
}

/** Undefined for one that is forged or has expired. */
export function readTicket(ticket: string, key: Buffer, nowMs: number): SaveClaims | undefined {
  const [text = "", signature = "", ...more] = ticket.split(".");
  const shown = Buffer.from(signature, "base64url");
  const right = mac(text, key);
  if (more.length > 0 || shown.length !== right.length || !timingSafeEqual(shown, right)) return undefined;
  const { use: _use, ...claims } = z.parse(Claims, JSON.parse(Buffer.from(text, "base64url").toString()));
  return claims.expiresAtMs > nowMs ? claims : undefined;
}

/** Past half of its life. */
export function wantsRenewal(claims: SaveClaims, nowMs: number): boolean {
  return claims.expiresAtMs - nowMs < TICKET_LIFE_MS / 2;
}

function mac(text: string, key: Buffer): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
