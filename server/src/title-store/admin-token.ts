// Who may publish titles: whoever shows the admin token. It is given by
// NEARFRAME_ADMIN_TOKEN; without that the server makes one and keeps it in `admin-token`
// in its data folder, readable by its owner alone.

import { randomBytes } from "node:crypto";
import path from "node:path";
import { readOrMakeFile } from "../kept-file.ts";

export const ADMIN_TOKEN_FILE = "admin-token";
export const ADMIN_TOKEN_LENGTH_MIN = 24;

export async function readOrMakeAdminToken(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, ADMIN_TOKEN_FILE);
  const token = (await readOrMakeFile(file, () => `${randomBytes(24).toString("base64url")}\n`)).trim();
  if (token.length < ADMIN_TOKEN_LENGTH_MIN) throw new Error(`${file} holds no usable token; delete it and start again`);
  return token;
}
