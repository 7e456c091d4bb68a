// A stack's Android: a double that runs in this process, and a title for it.

import { hash } from "node:crypto";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import { CARD_APK, CARD_PACKAGE, openDeviceDouble, type DeviceDouble } from "@nearframe/edge-node/title/android/testing/device-double";
import { ART } from "./art.ts";

export const PHONE = { width: 360, height: 640 };
const SERVER = "the double's";

export type AndroidTitle = { double: DeviceDouble; titles: string; environment: Record<string, string> };

export async function openAndroidTitle(scope: Scope): Promise<AndroidTitle> {
  const titles = await mkdtemp(path.join(os.tmpdir(), "nearframe-android-"));
  scope.own(titles, (titles) => rm(titles, { recursive: true, force: true }));
  const folder = path.join(titles, "android-card");
  await mkdir(folder);
  const manifest = {
    id: "android-card", name: "Android Card", summary: "The test card on a device.", publisher: "Nearframe", credits: "None", category: "tool",
    art: { cover: "cover.png", hero: "cover.png", accent: "#ffe066" }, runtime: "android", android: { package: CARD_PACKAGE, apk: "card.apk" },
    size: PHONE, fps: 60, input: { keyboard: true, pointer: "absolute", touch: true }, savePaths: ["files"],
    resources: { cpuCores: 0.2, memoryMb: 64, gpu: false, network: false },
  };
  const server = path.join(titles, "scrcpy-server");
  await Promise.all([
    writeFile(path.join(folder, "title.json"), JSON.stringify(manifest)),
    writeFile(path.join(folder, "cover.png"), ART),
    writeFile(path.join(folder, "card.apk"), CARD_APK),
    writeFile(server, SERVER),
  ]);
  // A scope of its own: the node that is stopped before it has some last words for its device.
  const double = await openDeviceDouble({ size: PHONE, allows: () => true }, scope.child());
  return {
    double,
    titles,
    environment: {
      NEARFRAME_ANDROID: `127.0.0.1:${double.port}`,
      NEARFRAME_SCRCPY_SERVER: server,
      NEARFRAME_SCRCPY_SHA256: hash("sha256", SERVER, "hex"),
    },
  };
}
