// The servers' key for what they publish of checking. It comes from the secret that all
// servers of a database share and the database itself never holds: who changes the store
// can't sign what they made of it.

import { createHmac, createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";
import { signedText } from "@nearframe/shared/node/identity";

export type CheckingKey = ReturnType<typeof makeCheckingKey>;

/** An Ed25519 key in PKCS #8 is this, and its 32 bytes (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

export function makeCheckingKey(secret: string) {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "nearframe checking 1", 32));
  const auditKey = hkdfSync("sha256", secret, "", "nearframe audits 1", 32);
  const bendKey = hkdfSync("sha256", secret, "", "nearframe bends 1", 32);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
  return {
    publicKey: createPublicKey(key).export({ format: "jwk" }).x ?? "",
    /** What draws the audits of the epoch that follows this one. All servers know it, and nobody else before it is published. */
    auditSecretAfter: (epoch: number): string => createHmac("sha256", Buffer.from(auditKey)).update(`${epoch}`).digest("base64url"),
    /** By which audits bend passwords; nobody but the servers ever knows it. */
    bendSecret: Buffer.from(bendKey).toString("base64url"),
    signed: <M extends object>(message: M): M & { signature: string } => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), key).toString("base64url") }),
  };
}
