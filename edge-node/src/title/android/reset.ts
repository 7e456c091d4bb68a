// A device between two players. What is to be undone is written down on the device itself
// before a session begins, so that a node that died in the middle leaves it no worse.

import * as z from "zod/mini";
import { packageNames } from "./app.ts";
import { DEVICE_FOLDER } from "./scrcpy/server-file.ts";
import type { AndroidDevice } from "./ports.ts";

const MARKER = `${DEVICE_FOLDER}/session.json`;
/** What any app may have written to, and the next player's apps may read. */
const SHARED_STORAGE = "/sdcard";

/** A device as it was before anybody played on it. */
const Before = z.strictObject({
  /** Of those that did not come with Android. */
  packages: z.array(z.string().check(z.regex(/^[\w.]+$/))),
  /** The title's own. */
  package: z.string().check(z.regex(/^[\w.]+$/)),
});
export type Before = z.infer<typeof Before>;

export async function noteBefore(device: AndroidDevice, packageName: string): Promise<Before> {
  const before = { packages: await addedPackages(device), package: packageName };
  await device.run(["sh", "-c", `mkdir -p ${DEVICE_FOLDER} && echo '${JSON.stringify(before)}' > ${MARKER}`]);
  return before;
}

/** Undefined where nobody has played since the last reset. */
export async function readBefore(device: AndroidDevice): Promise<Before | undefined> {
  const text = await device.run(["sh", "-c", `cat ${MARKER} 2>/dev/null || true`]);
  return text.trim() === "" ? undefined : z.parse(Before, JSON.parse(text));
}

/** What undoes a session, in order. `added`: packages that are there now; `launchable`: apps that a player could open. Pure. */
export function resetSteps(before: Before, added: readonly string[], launchable: readonly string[]): string[][] {
  const installed = added.filter((name) => !before.packages.includes(name));
  const used = [...new Set([before.package, ...launchable])].filter((name) => !installed.includes(name));
  return [
    ["am", "task", "lock", "stop"],
    ["input", "keyevent", "KEYCODE_HOME"],
    ["am", "force-stop", before.package],
    ...installed.map((name) => ["pm", "uninstall", name]),
    ...used.map((name) => ["pm", "clear", name]),
    ["sh", "-c", `rm -rf ${SHARED_STORAGE}/* ${SHARED_STORAGE}/.[!.]*`],
    ["wm", "size", "reset"],
    ["settings", "put", "system", "user_rotation", "0"],
    ["logcat", "-c"],
  ];
}

/** Steps that Android versions refuse in their own ways; what they leave is looked for afterwards. */
const MAY_FAIL = new Set(["am task lock stop", "logcat -c"]);

/** Rejects where something of the player's is left. */
export async function resetDevice(device: AndroidDevice, before: Before): Promise<void> {
  for (const step of resetSteps(before, await addedPackages(device), await launchablePackages(device))) {
    await device.run(step).catch((error: unknown) => {
      // An app that is not there has nothing to clear; that it is gone is what counts, and is looked at below.
      if (step[1] !== "clear" && !MAY_FAIL.has(step.join(" "))) throw error;
    });
  }
  const left = (await addedPackages(device)).filter((name) => !before.packages.includes(name));
  if (left.length > 0) throw new Error(`${device.name}: ${left.join(", ")} could not be taken away`);
  const files = (await device.run(["sh", "-c", `ls -A ${SHARED_STORAGE}/ | head -5`])).trim();
  // Android makes its own folders anew at once.
  const foreign = files.split("\n").filter((name) => name !== "" && !ANDROIDS_OWN.has(name));
  if (foreign.length > 0) throw new Error(`${device.name}: ${foreign.join(", ")} is left in ${SHARED_STORAGE}`);
  await device.run(["rm", "-f", MARKER]);
}

const ANDROIDS_OWN = new Set([
  "Android", "DCIM", "Download", "Documents", "Pictures", "Movies", "Music", "Alarms", "Notifications", "Ringtones", "Podcasts", "Audiobooks", "Recordings",
]);

async function addedPackages(device: AndroidDevice): Promise<string[]> {
  return packageNames(await device.run(["pm", "list", "packages", "-3"]));
}

async function launchablePackages(device: AndroidDevice): Promise<string[]> {
  const printed = await device.run([
    "cmd", "package", "query-activities", "--brief", "-a", "android.intent.action.MAIN", "-c", "android.intent.category.LAUNCHER",
  ]);
  return printed.split("\n").flatMap((line) => /^\s*([\w.]+)\/[\w.$]+\s*$/.exec(line)?.[1] ?? []);
}
