// The key by which this node's adb is known to devices, made once and kept with the node's data.

import { createPrivateKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { AdbCredentialStore, AdbPrivateKey } from "@yume-chan/adb";

/** Below the node's data. */
export const ADB_KEY_FILE = "adb-key.pem";

/** PEM, PKCS #8: what `~/.android/adbkey` is too. */
export function adbCredentials(file: string, name: string): AdbCredentialStore {
  return {
    async generateKey() {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 65_537 });
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      // Whole or not at all: a node that is killed meanwhile would have a key that is none.
      const draft = `${file}.${randomUUID()}`;
      await writeFile(draft, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
      await rename(draft, file);
      return toKey(privateKey.export({ type: "pkcs8", format: "der" }), name);
    },
    async *iterateKeys() {
      const pem = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      });
      if (pem !== undefined) yield toKey(createPrivateKey(pem).export({ type: "pkcs8", format: "der" }), name);
    },
  };
}

const toKey = (der: Buffer, name: string): AdbPrivateKey => ({ buffer: new Uint8Array(der), name });
