// The contract, run against the double: straight to its adbd, and through Debian's own adb
// server. And against a real device, where NEARFRAME_TEST_ANDROID names one (docs/android.md).

import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { testCardLayout } from "@nearframe/shared/title/test-card-layout";
import { commandFolders, findCommand } from "../../process/find-command.ts";
import { androidDeviceContract, CONTRACT_LIMITS, type DeviceUnderTest } from "./android-device.contract.ts";
import { EXAMINATIONS, examineHost } from "../../doctor/examine.ts";
import { parseConfig } from "../../node/config.ts";
import { scriptManifest } from "../testing/script-manifest.ts";
import { adbCredentials } from "./adapters/adb/credentials.ts";
import { openAdbDevice } from "./adapters/adb/open-device.ts";
import { createDevices } from "./devices.ts";
import { createAndroidStage } from "./stage.ts";
import { CARD_APK, CARD_PACKAGE, openDeviceDouble, type DeviceDouble, type DoubleOptions } from "./testing/device-double.ts";

const run = promisify(execFile);
const ADB = await findCommand("adb", commandFolders());
const CARD = { width: 360, height: 640 };
const { patch } = testCardLayout(CARD);
const TAP = { x: (patch.x + patch.width / 2) / CARD.width, y: (patch.y + patch.height / 2) / CARD.height };

async function openDouble(scope: Scope, options: DoubleOptions = {}): Promise<DeviceUnderTest & { double: DeviceDouble }> {
  const folder = await mkdtemp(join(tmpdir(), "nearframe-double-"));
  scope.own(folder, (folder) => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "card.apk"), CARD_APK);
  // No scrcpy of anybody's: the double looks only whether it is there.
  const server = join(folder, "scrcpy-server");
  await writeFile(server, "the double's");
  const double = await openDeviceDouble(options, scope);
  return {
    address: { kind: "direct", host: "127.0.0.1", port: double.port },
    scrcpy: { file: server, sha256: hash("sha256", "the double's", "hex") },
    app: { package: CARD_PACKAGE, apk: "card.apk" },
    tap: TAP,
    titleFolder: folder,
    double,
  };
}

/** Debian's, on a port of its own, with a home of its own. */
async function openAdbServer(scope: Scope): Promise<{ port: number; adb(...words: string[]): Promise<string> }> {
  const home = await mkdtemp(join(tmpdir(), "nearframe-adb-"));
  scope.own(home, (home) => rm(home, { recursive: true, force: true }));
  const port = await freePort();
  const adb = async (...words: string[]) => (await run(ADB ?? "adb", ["-P", String(port), ...words], { env: { HOME: home, PATH: process.env.PATH }, timeout: 20_000 })).stdout;
  await adb("start-server");
  scope.own(adb, async (adb) => void (await adb("kill-server").catch(() => undefined)));
  return { port, adb };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the double, by TCP, which asks for its owner's consent", CONTRACT_LIMITS, () => {
  androidDeviceContract((scope) => openDouble(scope, { allows: () => true }));
});

describe.skipIf(!ADB)("the double, through Debian's adb server", CONTRACT_LIMITS, () => {
  androidDeviceContract(async (scope) => {
    const [double, { port, adb }] = await Promise.all([openDouble(scope, { access: "run-as" }), openAdbServer(scope)]);
    const serial = `127.0.0.1:${double.double.port}`;
    await adb("connect", serial);
    await adb("-s", serial, "wait-for-device");
    return { ...double, address: { kind: "server", serial }, adbServer: { host: "127.0.0.1", port } };
  });
});

describe.skipIf(!ADB)("with Debian's adb", () => {
  let scope: Scope;
  let server: Awaited<ReturnType<typeof openAdbServer>>;
  beforeAll(async () => {
    scope = new Scope();
    server = await openAdbServer(scope);
  });
  afterAll(() => scope.close());

  test("its own client takes the double for a device: key, shell with exit codes, push, pull, install", { timeout: 60_000 }, async () => {
    const { double, titleFolder } = await openDouble(scope, { allows: () => true });
    const serial = `127.0.0.1:${double.port}`;
    // It says first that it is not allowed yet, and then is.
    await server.adb("connect", serial);
    await server.adb("-s", serial, "wait-for-device");
    const device = (...words: string[]) => server.adb("-s", serial, ...words);
    expect(await device("shell", "getprop", "ro.build.version.release")).toBe("14\n");
    expect(await device("shell", "echo one two | tr a-z A-Z")).toBe("ONE TWO\n");
    await expect(device("shell", "exit 7")).rejects.toMatchObject({ code: 7 });
    const [sent, back] = [join(titleFolder, "sent"), join(titleFolder, "back")];
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) & 0xff));
    await writeFile(sent, bytes);
    await device("push", sent, "/sdcard/Download/sent");
    expect(await readFile(double.at("/sdcard/Download/sent"))).toEqual(bytes);
    await device("pull", "/sdcard/Download/sent", back);
    expect(await readFile(back)).toEqual(bytes);
    expect((await run(ADB ?? "adb", ["-P", String(server.port), "-s", serial, "exec-out", "cat", "/sdcard/Download/sent"], { encoding: "buffer", maxBuffer: 1 << 20 })).stdout).toEqual(bytes);
    await device("install", join(titleFolder, "card.apk"));
    expect(double.state.packages.has(CARD_PACKAGE)).toBe(true);
    await server.adb("disconnect", serial);
  });

  test("a device that does not allow this key is no device", { timeout: 30_000 }, async () => {
    const { double } = await openDouble(scope, { allows: () => false });
    const serial = `127.0.0.1:${double.port}`;
    await server.adb("connect", serial).catch(() => "");
    expect(await server.adb("devices")).toMatch(new RegExp(`${serial}\\s+(unauthorized|offline|connecting|authorizing)`));
    await server.adb("disconnect", serial);
  });
});

describe("a device that gives nobody its apps' data", () => {
  let scope: Scope;
  beforeEach(() => void (scope = new Scope()));
  afterEach(() => scope.close());

  test("is named by the doctor; a title that keeps something does not start on it, and says why", { timeout: 60_000 }, async () => {
    const { double, scrcpy, app, address, titleFolder } = await openDouble(scope, { access: "none", allows: () => true });
    const config = parseConfig({
      NEARFRAME_ANDROID: `127.0.0.1:${double.port}`, NEARFRAME_SCRCPY_SERVER: scrcpy.file, NEARFRAME_SCRCPY_SHA256: scrcpy.sha256, NEARFRAME_DATA: titleFolder,
    });
    const findings = await examineHost(config, EXAMINATIONS.filter(({ part }) => part === "android"), () => undefined);
    expect(findings.map(({ verdict }) => verdict)).toEqual(["works", "works", "limited"]);
    expect(findings[2]).toMatchObject({ what: expect.stringContaining("it gives no root"), remedy: expect.stringContaining("root") });

    const credentials = adbCredentials(join(titleFolder, "adb-key.pem"), "test");
    const log = { info: () => undefined, warn: () => undefined };
    const devices = createDevices([address], { openDevice: openAdbDevice({ credentials, server: { host: "127.0.0.1", port: 5037 } }), onChange: () => undefined, log }, scope);
    await devices.lookedAt;
    const title = { folder: titleFolder, manifest: { ...scriptManifest({ name: "Keeper", savePaths: ["files"] }), runtime: "android" as const, android: app } };
    const session = scope.child();
    const stage = createAndroidStage(title.manifest, { devices, server: scrcpy, saveIntervalMs: 60_000, log: () => undefined });
    const display = await stage.openDisplay(title.manifest.size, session);
    const launched = stage.launchTitle({ title, sessionFolder: titleFolder, display, sound: await stage.openSound(session) }, session);
    await expect(launched).rejects.toThrow(/"Keeper" keeps files, which 127\.0\.0\.1:\d+ gives to nobody: it needs root/);
    await session.close();
  });
});

/** As an operator names it. */
function realDevice(environment: NodeJS.ProcessEnv): DeviceUnderTest {
  const { android } = parseConfig({ ...environment, NEARFRAME_ANDROID: environment.NEARFRAME_TEST_ANDROID });
  const [address] = android?.addresses ?? [];
  if (!android || !address) throw new Error("NEARFRAME_TEST_ANDROID names no device");
  const apk = environment.NEARFRAME_TEST_ANDROID_APK;
  return {
    address,
    adbServer: android.adbServer,
    scrcpy: android.scrcpy,
    app: { package: environment.NEARFRAME_TEST_ANDROID_APP ?? "com.android.settings", ...(apk && { apk: basename(apk) }) },
    tap: { x: 0.5, y: 0.3 },
    titleFolder: apk ? dirname(apk) : ".",
  };
}

describe.skipIf(!process.env.NEARFRAME_TEST_ANDROID)("the real device that NEARFRAME_TEST_ANDROID names", CONTRACT_LIMITS, () => {
  androidDeviceContract(async () => realDevice(process.env));
});
