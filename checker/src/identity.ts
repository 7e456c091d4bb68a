// The checker's key: made once, kept in its data folder for its owner's eyes alone.
// Reports are signed with it, so whoever has the file speaks as this checker.

import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { checkerIdOf } from "@nearframe/shared/checking/report";
import { signedText } from "@nearframe/shared/node/identity";

export interface CheckerIdentity {
  readonly checkerId: string;
  /** 32 bytes as base64url. */
  readonly publicKey: string;
  /** The message with its signature. */
  signed<M extends object>(message: M): M & { signature: string };
}

export class IdentityError extends Error {
  readonly code = "IDENTITY_UNUSABLE";
}

export const KEY_FILE = "checker-key.pem";
/** Readable by group or others: then it is not the checker's alone. */
const OTHERS = 0o077;

export async function openIdentity(dataFolder: string): Promise<CheckerIdentity> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const file = path.join(dataFolder, KEY_FILE);
  const key = (await readKey(file)) ?? (await makeKey(file));
  const publicKey = createPublicKey(key).export({ format: "jwk" }).x ?? "";
  return {
    checkerId: checkerIdOf(publicKey),
    publicKey,
    signed: (message) => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), key).toString("base64url") }),
  };
}

async function readKey(file: string): Promise<KeyObject | undefined> {
  let pem: string;
  try {
    pem = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (((await stat(file)).mode & OTHERS) !== 0) {
    throw new IdentityError(`The checker's key ${file} can be read by others: run chmod 600 ${file}, or delete it to become another checker.`);
  }
  const key = parseKey(pem);
  if (key?.asymmetricKeyType === "ed25519") return key;
  throw new IdentityError(`${file} holds no Ed25519 key: put the checker's own back, or delete it to become another checker.`);
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // What the file holds is no key; the caller says so.
  }
}

/** Whole or not at all, and never over another: a second process that starts at the same moment takes the first one's. */
async function makeKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  try {
    await link(draft, file);
    return privateKey;
  } catch (error) {
    const other = (error as NodeJS.ErrnoException).code === "EEXIST" ? await readKey(file) : undefined;
    if (other) return other;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
