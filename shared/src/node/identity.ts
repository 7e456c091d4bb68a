// Who a node is: an Ed25519 key that it makes once and keeps. Its id is a hash of the
// public key, so nobody can take another's, and no list of names has to be kept.
//
// What it signs is the message itself, without its signature, as canonical JSON
// (RFC 8785): both ends get the same bytes however the fields are ordered. The
// message's own type keeps one kind of signature from passing for another.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import * as z from "zod/mini";

/** 32 bytes as base64url. */
export const PublicKey = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, { error: "an Ed25519 public key as base64url" }));
/** 64 bytes as base64url. */
export const Signature = z.string().check(z.regex(/^[A-Za-z0-9_-]{86}$/, { error: "an Ed25519 signature as base64url" }));
/** Made by the server for one link, so that nothing said on another can be said again. */
export const Nonce = z.string().check(z.regex(/^[A-Za-z0-9_-]{16,64}$/));

/** 160 bits: to find a second key with the same is out of reach. */
const ID_HEX_DIGITS = 40;

/** `publicKey` as its 32 bytes. */
export function nodeIdOf(publicKey: Uint8Array): string {
  return `node-${bytesToHex(sha256(publicKey)).slice(0, ID_HEX_DIGITS)}`;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Of a key that was parsed as one. */
export function bytesOfKey(publicKey: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((publicKey.length * 6) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const digit of publicKey) {
    held = ((held << 6) | BASE64URL.indexOf(digit)) & 0x3fff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bytes;
}

/** The text whose UTF-8 bytes are signed. */
export function signedText(message: object): string {
  const { signature: _, ...said } = message as Record<string, unknown>;
  const text = canonicalize(said);
  if (text === undefined) throw new Error("only JSON can be signed");
  return text;
}
