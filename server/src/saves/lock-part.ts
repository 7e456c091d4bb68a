// A part of a save as it lies in storage: locked, and bound to its place, so that
// whoever can write there can neither read parts nor exchange them.
//
//   0       1            13                     -16
//   | 1 = version | nonce | AES-256-GCM of the part | tag |

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const LOCK_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

export function lockPart(part: Uint8Array, key: Buffer, place: string): Buffer {
  // Drawn anew: a node may bring a part twice, with other bytes, under one key.
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.update(part), cipher.final(), cipher.getAuthTag()]);
}

/** Throws where the part was changed, cut or moved since it was locked. */
export function unlockPart(locked: Uint8Array, key: Buffer, place: string): Buffer {
  if (locked.byteLength < LOCK_BYTES || locked[0] !== VERSION) throw new Error("this is no part of a save");
  const nonce = locked.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
  decipher.setAuthTag(locked.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(locked.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
