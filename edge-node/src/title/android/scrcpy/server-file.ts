// scrcpy's server, which runs on the device: a file that the operator supplies. It is put
// there once, and nothing but the version that this speaks to is ever started.

import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { AndroidDevice } from "../ports.ts";

/** What @yume-chan/scrcpy speaks, and what docs/android.md has operators fetch. */
export const SCRCPY_VERSION = "3.3.3";
/** Of the release's file `scrcpy-server-v3.3.3`, from scrcpy's doc/build.md. */
export const SCRCPY_SHA256 = "7e70323ba7f259649dd4acce97ac4fefbae8102b2c6d91e2e7be613fd5354be0";
/** All that this node leaves on a device lies here. */
export const DEVICE_FOLDER = "/data/local/tmp/nearframe";

export type ScrcpyServer = { file: string; sha256: string };

/** Rejects with a sentence where it is not the file that it should be. */
export async function checkServer({ file, sha256 }: ScrcpyServer): Promise<void> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`scrcpy's server ${file} can't be read (${error.code}); docs/android.md says where to get it`);
  });
  const found = hash("sha256", bytes, "hex");
  if (found !== sha256) throw new Error(`${file} is not scrcpy's server ${SCRCPY_VERSION}: its SHA-256 is ${found}, not ${sha256}`);
}

/** Where it lies on the device. */
export async function placeServer(device: AndroidDevice, server: ScrcpyServer): Promise<string> {
  await checkServer(server);
  return placeFile(device, server.file, server.sha256, "jar");
}

/** Puts a file there under its own hash, unless it is there already, whole. */
export async function placeFile(device: AndroidDevice, file: string, sha256: string, ending: string): Promise<string> {
  const path = `${DEVICE_FOLDER}/${sha256}.${ending}`;
  if ((await hashOnDevice(device, path)) === sha256) return path;
  await device.push(file, path);
  const arrived = await hashOnDevice(device, path);
  if (arrived !== sha256) throw new Error(`${device.name}: ${file} did not arrive whole`);
  return path;
}

async function hashOnDevice(device: AndroidDevice, path: string): Promise<string | undefined> {
  // A file that is not there is no failure; a command that ends with one would be.
  const printed = await device.run(["sh", "-c", `sha256sum ${path} 2>/dev/null || true`]);
  return /^[0-9a-f]{64}/.exec(printed)?.[0];
}
