// The title's app on a device: installed, opened, watched, and ended.

import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Scope } from "@nearframe/shared/lifetime";
import type { AndroidApp, Title } from "@nearframe/shared/title/manifest";
import { CommandMissingError } from "../../session/ports.ts";
import { DeviceCommandError, type AndroidDevice } from "./ports.ts";
import { placeFile } from "./scrcpy/server-file.ts";

const INSTALL_TIMEOUT_MS = 120_000;
/** `am start -W` waits for the first picture itself; a game that loads takes long. */
const START_TIMEOUT_MS = 60_000;
const LOOK_INTERVAL_MS = 1_000;

/** `-t`: a publisher's test builds too. `-g`: nobody is there to be asked for each permission. */
export async function installApp(device: AndroidDevice, { manifest, folder }: Title, app: AndroidApp): Promise<void> {
  if (app.apk === undefined) {
    if (await isInstalled(device, app.package)) return;
    throw new CommandMissingError(`"${manifest.name}" needs the app ${app.package}, which is not on ${device.name}; install it there, or name its APK in title.json`);
  }
  const file = join(folder, app.apk);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandMissingError(`"${manifest.name}" has no ${app.apk} in its folder (${error.code})`);
  });
  const placed = await placeFile(device, file, hash("sha256", bytes, "hex"), "apk");
  await device.run(["pm", "install", "-r", "-t", "-g", placed], { timeoutMs: INSTALL_TIMEOUT_MS });
  if (!(await isInstalled(device, app.package))) throw new Error(`"${manifest.name}": ${app.apk} is installed, and holds no ${app.package}`);
}

export async function isInstalled(device: AndroidDevice, packageName: string): Promise<boolean> {
  const listed = await device.run(["pm", "list", "packages", packageName]);
  return packageNames(listed).includes(packageName);
}

/** Of `pm list packages`: "package:NAME" a line. Pure. */
export function packageNames(listed: string): string[] {
  return listed.split("\n").flatMap((line) => /^package:(\S+)\s*$/.exec(line)?.[1] ?? []);
}

/** How the app is opened. `launcher`: its own activity for the home screen, where the manifest names none. Pure. */
export function startWords(app: AndroidApp, launcher: string | undefined): string[] {
  const words = ["am", "start", "-W"];
  if (app.link !== undefined) return [...words, "-a", "android.intent.action.VIEW", "-d", app.link, app.package];
  const component = app.activity === undefined ? launcher : `${app.package}/${app.activity}`;
  if (component === undefined) throw new Error(`${app.package} has no activity for the home screen; name one in title.json`);
  return [...words, "-a", "android.intent.action.MAIN", "-c", "android.intent.category.LAUNCHER", "-n", component];
}

export async function startApp(device: AndroidDevice, app: AndroidApp): Promise<void> {
  const launcher = app.link === undefined && app.activity === undefined ? await findLauncher(device, app.package) : undefined;
  const printed = await device.run(startWords(app, launcher), { timeoutMs: START_TIMEOUT_MS });
  // `am` ends with 0 where the app is not to be had.
  const problem = /^(?:Error|Exception)[^\n]*/m.exec(printed)?.[0];
  if (problem !== undefined) throw new Error(`${app.package} could not be opened: ${problem}`);
  if (app.kiosk) await lockTask(device, app.package);
}

async function findLauncher(device: AndroidDevice, packageName: string): Promise<string | undefined> {
  const printed = await device.run(["cmd", "package", "resolve-activity", "--brief", "-c", "android.intent.category.LAUNCHER", packageName]);
  return printed.split("\n").map((line) => line.trim()).find((line) => line.startsWith(`${packageName}/`));
}

/** Android's own kiosk: neither home nor recents lead out. */
async function lockTask(device: AndroidDevice, packageName: string): Promise<void> {
  const taskId = taskOf(await device.run(["am", "stack", "list"]), packageName);
  if (taskId === undefined) throw new Error(`${packageName} is open, and has no task to lock`);
  await device.run(["am", "task", "lock", taskId]);
}

/** Of `am stack list`: "  taskId=12: org.example/org.example.Main bounds=…". Pure. */
export function taskOf(listed: string, packageName: string): string | undefined {
  for (const line of listed.split("\n")) {
    const [, taskId, component] = /taskId=(\d+): (\S+)/.exec(line) ?? [];
    if (component?.startsWith(`${packageName}/`)) return taskId;
  }
  return undefined;
}

/** Settles when the app's process is gone, or the device. */
export async function watchApp(device: AndroidDevice, packageName: string, scope: Scope): Promise<"ended" | "gone"> {
  let gone = false;
  void device.gone.then(() => (gone = true));
  while (!gone && !scope.closed) {
    // Ends with 1 where there is none.
    const ended = await device.run(["pidof", packageName]).then(() => false, (error: unknown) => error instanceof DeviceCommandError && error.exitCode === 1);
    if (ended) return "ended";
    await sleep(LOOK_INTERVAL_MS, undefined, { signal: scope.signal }).catch(() => undefined);
  }
  return "gone";
}
