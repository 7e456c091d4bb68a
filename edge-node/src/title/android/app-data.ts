// An app's own folder on a device, to and from the session's home, where the saves' archive
// takes it. Only where Android lets us: as root, or for an app that may be debugged.

import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pack as createPack } from "tar-stream";
import { packAll } from "../../saves/make-archive.ts";
import { layTar } from "../../saves/restore-archive.ts";
import { outermost } from "../../saves/walk-saves.ts";
import type { AndroidDevice } from "./ports.ts";

/** A save of a gigabyte at a slow device's pace. */
const TRANSFER_TIMEOUT_MS = 120_000;
/** Words for a shell on the device: nothing that it would read as anything but a name. */
const PLAIN_PATH = /^[\w./ -]+$/;

export interface AppData {
  /** What the home holds into the app's folder. The app must not run yet. */
  put(home: string): Promise<void>;
  /** What the app has by now into the home, in place of what was there. */
  take(home: string): Promise<void>;
}

type Access = { name: "root" | "run-as"; before: readonly string[] };

/** Undefined where the device gives nobody that app's files. */
export async function openAppData(device: AndroidDevice, packageName: string, savePaths: readonly string[]): Promise<AppData | undefined> {
  const paths = outermost(savePaths);
  const odd = paths.find((path) => !PLAIN_PATH.test(path));
  if (odd !== undefined) throw new Error(`an Android title's save path holds letters, digits, spaces, dots and hyphens only, and not "${odd}"`);
  const access = await findAccess(device, packageName);
  if (!access) return undefined;
  const folder = `/data/data/${packageName}`;
  const inFolder = (script: string) => [...access.before, "sh", "-c", `cd ${folder} && ${script}`];
  const quoted = paths.map((path) => `'${path}'`).join(" ");

  return {
    async put(home) {
      const pack = createPack();
      const content = { contentBytes: 0, entries: 0 };
      const packing = packAll(pack, home, savePaths, content).catch((error: Error) => pack.destroy(error));
      await device.run(inFolder("tar -xf -"), { input: Readable.from(pack), timeoutMs: TRANSFER_TIMEOUT_MS });
      await packing;
      if (access.name !== "root") return;
      // As root wrote it, the app could not read it.
      await device.run(inFolder(`for each in ${quoted}; do [ ! -e "$each" ] || chown -R "$(stat -c %u:%g .)" "$each"; done; restorecon -R . || true`));
    },
    async take(home) {
      const fresh = `${home}.next`;
      await rm(fresh, { recursive: true, force: true });
      await mkdir(fresh, { recursive: true, mode: 0o700 });
      try {
        const there = (await device.run(inFolder(`for each in ${quoted}; do [ ! -e "$each" ] || echo "$each"; done`))).split("\n").filter((path) => paths.includes(path));
        if (there.length > 0) {
          const words = inFolder(`tar -cf - ${there.map((path) => `'${path}'`).join(" ")}`);
          const lay = (source: Readable) => layTar({ source, home: fresh, savePaths, signal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS) });
          await device.read(words, lay, { timeoutMs: TRANSFER_TIMEOUT_MS });
        }
        for (const path of paths) await replace(join(home, path), join(fresh, path));
      } finally {
        await rm(fresh, { recursive: true, force: true });
      }
    },
  };
}

async function replace(path: string, by: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  if (!(await stat(by).then(() => true, () => false))) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rename(by, path);
}

const AS_ROOT: readonly Access[] = [
  { name: "root", before: [] },
  { name: "root", before: ["su", "0"] },
];

/** Whether it gives its shell the files of every app; else of those alone that may be debugged. */
export async function givesRoot(device: AndroidDevice): Promise<boolean> {
  return (await firstOf(device, AS_ROOT)) !== undefined;
}

const findAccess = (device: AndroidDevice, packageName: string): Promise<Access | undefined> =>
  firstOf(device, [...AS_ROOT, { name: "run-as", before: ["run-as", packageName] }]);

async function firstOf(device: AndroidDevice, candidates: readonly Access[]): Promise<Access | undefined> {
  for (const access of candidates) {
    const printed = await device.run([...access.before, "id", "-u"]).catch(() => "");
    const userId = printed.trim();
    if (access.name === "root" ? userId === "0" : /^\d+$/.test(userId)) return access;
  }
  return undefined;
}
