// Who a player is: a guest whose browser keeps a signed token. The token says
// nothing but the player's id; whoever has it is that player.

import type { Clock } from "@nearframe/shared/clock";
import { errors, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type JWK } from "jose";
import * as z from "zod/mini";
import type { SettingStore } from "../store/ports.ts";

/** Counted from the last visit: each one that comes a day or more after the token was made renews it. */
export const TOKEN_LIFE_DAYS = 365;
const RENEW_AFTER_MS = 24 * 3600 * 1000;

const ISSUER = "nearframe";
const AUDIENCE = "nearframe-player";
const ALGORITHM = "EdDSA";
const KEY_SETTING = "player-token-key";

const Claims = z.object({ sub: z.string().check(z.regex(/^[A-Za-z0-9-]{8,64}$/)), iat: z.number() });

export type TokenReading =
  | { type: "player"; playerId: string; token: string }
  /** It was ours once: its owner was away for longer than it lives. */
  | { type: "expired" }
  /** Not made by this server's key, or changed since. */
  | { type: "forged" };

export type Identity = Awaited<ReturnType<typeof openIdentity>>;

/** All servers on one store have one key, whoever came first made it. */
export async function openIdentity(ports: { settings: SettingStore; clock: Clock; newId(): string }) {
  const { settings, clock, newId } = ports;
  const { privateKey, publicKey } = await readKeys(settings);

  function sign(playerId: string): Promise<string> {
    const nowS = Math.floor(clock.wallMs() / 1000);
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(playerId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + TOKEN_LIFE_DAYS * 24 * 3600)
      .sign(privateKey);
  }

  async function createGuest(): Promise<{ playerId: string; token: string }> {
    const playerId = newId();
    return { playerId, token: await sign(playerId) };
  }

  /** The token that comes back is the one to keep: the same, or a fresh one. */
  async function read(token: string): Promise<TokenReading> {
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: [ALGORITHM],
        currentDate: new Date(clock.wallMs()),
      });
      const claims = z.parse(Claims, payload);
      const old = clock.wallMs() - claims.iat * 1000 > RENEW_AFTER_MS;
      return { type: "player", playerId: claims.sub, token: old ? await sign(claims.sub) : token };
    } catch (error) {
      // jose checks the signature before the dates, so an expired token was really ours.
      return { type: error instanceof errors.JWTExpired ? "expired" : "forged" };
    }
  }

  return { createGuest, read, tokenFor: sign };
}

async function readKeys(settings: SettingStore) {
  const made = await generateKeyPair(ALGORITHM, { extractable: true });
  const kept = await settings.keepFirst(KEY_SETTING, JSON.stringify(await exportJWK(made.privateKey)));
  const jwk = JSON.parse(kept) as JWK;
  const { d: _secret, ...publicJwk } = jwk;
  const [privateKey, publicKey] = await Promise.all([importJWK(jwk, ALGORITHM), importJWK(publicJwk, ALGORITHM)]);
  return { privateKey, publicKey };
}
