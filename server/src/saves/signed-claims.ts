// Claims and a signature over them, `base64url(claims).base64url(HMAC-SHA-256)`.
//
// Not a JSON Web Token, because jose signs only asynchronously and a session starts
// without waiting; there is one algorithm, and nothing to choose.

import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod/mini";

export function signClaims(claims: object, key: Buffer): string {
  const text = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${text}.${mac(text, key).toString("base64url")}`;
}

/** Undefined for what is forged. What is signed has been made here, so it fits `schema`. */
export function readClaims<S extends z.ZodMiniType>(schema: S, signed: string, key: Buffer): z.output<S> | undefined {
  const [text = "", signature = "", ...more] = signed.split(".");
  const shown = Buffer.from(signature, "base64url");
  const right = mac(text, key);
  if (more.length > 0 || shown.length !== right.length || !timingSafeEqual(shown, right)) return undefined;
  return z.parse(schema, JSON.parse(Buffer.from(text, "base64url").toString()));
}

function mac(text: string, key: Buffer): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
