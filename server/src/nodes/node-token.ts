// The node token: what tells the operator's own nodes from others. Where the operator gives
// it, by NEARFRAME_NODE_TOKEN, nobody registers without; else the server makes one and keeps
// it in `node-token` in its data folder, readable by its owner alone, where a node on the
// same machine finds it, and anybody may register, untrusted.
//
// Loopback alone is no proof: every page that is open in a browser on this
// machine can reach it, so can other people's programs, and behind a proxy on
// the same machine everybody looks like loopback.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import path from "node:path";
import { readOrMakeFile } from "../kept-file.ts";

export const NODE_TOKEN_FILE = "node-token";
export const NODE_TOKEN_LENGTH_MIN = 16;

export async function readOrMakeNodeToken(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, NODE_TOKEN_FILE);
  const token = (await readOrMakeFile(file, () => `${randomBytes(24).toString("base64url")}\n`)).trim();
  if (token.length < NODE_TOKEN_LENGTH_MIN) {
    throw new Error(`${file} holds no usable token; delete it and start again`);
  }
  return token;
}

/** `Authorization: Bearer <token>`. Takes the same time whatever is shown. */
export function showsToken(authorization: string | undefined, token: string): boolean {
  const shown = /^Bearer (\S{1,256})$/.exec(authorization ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(shown), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
