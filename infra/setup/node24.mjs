// The Node that everything but set-up runs on: it comes with the npm packages,
// so the machine's own may be older.

import { access, constants } from "node:fs/promises";
import path from "node:path";

/**
 * @param {string} root
 * @returns {Promise<string | undefined>}
 */
export async function node24Path(root) {
  const file = path.join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  try {
    await access(file, constants.X_OK);
    return file;
  } catch {
    return undefined; // Not installed yet, or there is none for this platform.
  }
}
