// Keys as adb sends them (android_pubkey): checks that whoever signed a token holds one.

import { createPublicKey, publicDecrypt, constants, type KeyObject } from "node:crypto";

const MODULUS_BYTES = 256;
/** A SHA-1 digest's wrapping in an RSA signature (RFC 8017, 9.2); the token stands in the digest's place. */
const DIGEST_INFO = Buffer.from("3021300906052b0e03021a05000414", "hex");

/** `text`: base64 of the key's struct, a space, and who it is. */
export function parseAdbPublicKey(text: string): KeyObject {
  const struct = Buffer.from(text.split(" ")[0] ?? "", "base64");
  // u32 words | u32 n0inv | modulus, lowest byte first | R squared | u32 exponent
  if (struct.length < 8 + 2 * MODULUS_BYTES + 4 || struct.readUInt32LE(0) !== MODULUS_BYTES / 4) throw new Error("no key of adb's");
  const modulus = Buffer.from(struct.subarray(8, 8 + MODULUS_BYTES)).reverse();
  const exponent = Buffer.alloc(4);
  exponent.writeUInt32BE(struct.readUInt32LE(8 + 2 * MODULUS_BYTES));
  return createPublicKey({ key: { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") }, format: "jwk" });
}

export function signedBy(keys: Iterable<KeyObject>, token: Buffer, signature: Buffer): boolean {
  for (const key of keys) {
    try {
      const digest = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
      if (digest.equals(Buffer.concat([DIGEST_INFO, token]))) return true;
    } catch {
      // Another key's signature does not decrypt.
    }
  }
  return false;
}
