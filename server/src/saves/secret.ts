// The secret that every key for saves comes from. Given by NEARFRAME_SAVE_SECRET;
// without that the server makes one and keeps it in `save-secret` in its data folder.
//
// It never goes into the database, which would then hold lock and key in one place.

import { hkdfSync, randomBytes } from "node:crypto";
import path from "node:path";
import { readOrMakeFile } from "../kept-file.ts";
import type { SettingStore } from "../store/ports.ts";

export const SAVE_SECRET_FILE = "save-secret";
export const SAVE_SECRET_LENGTH_MIN = 32;
const CHECK_SETTING = "save-secret-check";

export type SaveKeys = {
  ticket: Buffer;
  titleTicket: Buffer;
  /** For one save; whoever has it learns nothing of the player's others. */
  ofSave(playerId: string, saveId: string): Buffer;
};

export async function readOrMakeSaveSecret(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, SAVE_SECRET_FILE);
  const secret = (await readOrMakeFile(file, () => `${randomBytes(32).toString("base64url")}\n`)).trim();
  if (secret.length < SAVE_SECRET_LENGTH_MIN) {
    throw new Error(`${file} holds no usable secret; put back the one that this server's saves were locked with`);
  }
  return secret;
}

export function deriveSaveKeys(secret: string): SaveKeys {
  return {
    ticket: derive(secret, "ticket"),
    titleTicket: derive(secret, "title ticket"),
    ofSave: (playerId, saveId) => derive(derive(secret, `player ${playerId}`), `save ${saveId}`),
  };
}

/** With another secret no save could be opened again, so a server that has one does not start. */
export async function checkSaveSecret(secret: string, settings: SettingStore): Promise<void> {
  const check = derive(secret, "check").toString("hex");
  if ((await settings.keepFirst(CHECK_SETTING, check)) === check) return;
  throw new SaveSecretError(
    "The players' saves were locked with another secret: give this server the same NEARFRAME_SAVE_SECRET as every other of its database; the first one's is in save-secret in its data folder.",
  );
}

export class SaveSecretError extends Error {
  readonly code = "SAVE_SECRET_WRONG";
}

function derive(from: string | Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", from, "", `nearframe saves 1: ${purpose}`, 32));
}
