import { chmod, lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { CODES } from "@nearframe/shared/input/codes";
import { Scope } from "@nearframe/shared/lifetime";
import type { Title, TitleManifest } from "@nearframe/shared/title/manifest";
import { readTestCard, type TestCardReading } from "@nearframe/shared/title/test-card-layout";
import { createGraphics } from "../graphics/graphics.ts";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { openXtestSink } from "../input/adapters/xtest.ts";
import { createPrivateFolder } from "../process/private-folder.ts";
import { isRunning } from "../process/testing/is-running.ts";
import { CommandMissingError, type Display, type RunningProgram, type Sound } from "../session/ports.ts";
import { openPulse } from "../sound/adapters/pulse.ts";
import { descendantsOf } from "../sandbox/limits/read-processes.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import type { Sandbox } from "../sandbox/ports.ts";
import { createLauncher } from "./launch.ts";
import { createWinePrefixes } from "./windows/prefix.ts";
import { findWine, type Wine } from "./windows/wine.ts";

const SIZE = { width: 640, height: 360 };
const WINE = await findWine();

let machine: Scope;
let display: Display;
let sound: Sound;

describe.each(["bubblewrap", "none"] as const)("launched in the sandbox %s", (sandboxName) => {
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox(sandboxName, { networkAllowed: false });
  machine = new Scope();
  [display, sound] = await Promise.all([openXvfb(SIZE, machine), openPulse(machine)]);
});
afterAll(() => machine.close());

let scope: Scope;
let titleFolder: string;
let sessionFolder: string;
beforeEach(async () => {
  scope = new Scope();
  titleFolder = await createPrivateFolder("title", scope);
  await chmod(titleFolder, 0o755);
  sessionFolder = await createPrivateFolder("session", scope);
});
afterEach(() => scope.close());

function titleWith(manifest: Partial<TitleManifest>): Title {
  return {
    folder: titleFolder,
    manifest: {
      id: "made-up", name: "Made up", summary: "A title for a test.", publisher: "Nobody", credits: "None", category: "tool",
      art: { cover: "cover", hero: "hero", accent: "#ffffff" }, runtime: "native", size: SIZE, fps: 60,
      input: { keyboard: true, pointer: "absolute", touch: false }, savePaths: [],
      resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: false },
      ...manifest,
    },
  };
}

const cacheFolder = () => join(sessionFolder, "cache");
const launcherOf = (owner: Scope) => createLauncher({ sandbox, networkAllowed: false, cacheFolder: cacheFolder(), graphics: createGraphics([]) }, owner);
const launch = (manifest: Partial<TitleManifest>, owner: Scope = scope): Promise<RunningProgram> =>
  launcherOf(owner).launch({ title: titleWith(manifest), sessionFolder, display, sound }, owner);

/** A title that is a shell script. */
async function launchScript(script: string, manifest: Partial<TitleManifest> = {}): Promise<RunningProgram> {
  await writeFile(join(titleFolder, "run.sh"), `#!/bin/sh\n${script}\n`);
  await chmod(join(titleFolder, "run.sh"), 0o755);
  return launch({ command: ["run.sh"], ...manifest });
}

describe("a native title", () => {
  test("that crashes says how, and what it said last", async () => {
    const title = await launchScript("echo 'no memory for the dragon' >&2; kill -SEGV $$");
    expect(await title.exited).toEqual({ code: null, signal: "SIGSEGV" });
    await vi.waitFor(() => expect(title.lastOutput()).toContain("no memory for the dragon"));
  });

  test("whose command is nowhere names the package that has it", async () => {
    const missing = launch({ command: ["no-such-game"], packages: ["some-game", "some-data"] });
    await expect(missing).rejects.toThrow(CommandMissingError);
    await expect(missing).rejects.toThrow(
      '"Made up" needs the program "no-such-game", which is not on this node. Install it with: apt-get install some-game some-data',
    );
  });

  test("that never draws runs until it is ended", async () => {
    const title = await launchScript("exec sleep 600");
    expect(isRunning(title.pid)).toBe(true);
    await scope.close();
    expect(isRunning(title.pid)).toBe(false);
  });

  test("leaves nothing running, whatever it started", async () => {
    const title = await launchScript("sleep 600 & sleep 600 & echo ready; trap '' TERM; wait; wait");
    await vi.waitFor(() => expect(title.lastOutput()).toBe("ready"));
    const pids = await descendantsOf(title.pid);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    await scope.close();
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]));
  });

  test("sees its own home, display and sound, and nothing of the node's environment", async () => {
    process.env.NEARFRAME_TEST_SECRET = "for the node only";
    try {
      const title = await launchScript("env", { environment: { LEVEL: "7", HOME: "/root", DISPLAY: ":0" } });
      await title.exited;
      const seen = Object.fromEntries(title.lastOutput().split("\n").map((line) => line.split("=", 2) as [string, string]));
      expect(seen).toMatchObject({
        LEVEL: "7",
        DISPLAY: display.name,
        PULSE_LATENCY_MSEC: "10",
        ...(sandboxName === "none"
          ? { HOME: join(sessionFolder, "home"), PWD: join(sessionFolder, "home"), ...display.environment, ...sound.environment }
          : { HOME: "/home/player", PWD: "/home/player", XAUTHORITY: "/run/session/xauthority", PULSE_SERVER: "unix:/run/session/pulse" }),
      });
      expect(seen).not.toHaveProperty("NEARFRAME_TEST_SECRET");
    } finally {
      delete process.env.NEARFRAME_TEST_SECRET;
    }
  });

  test("finds the publisher's files in its home, but what the player kept stays", async () => {
    await writeFile(join(titleFolder, "defaults.cfg"), "easy");
    await mkdir(join(sessionFolder, "home"), { recursive: true });
    await writeFile(join(sessionFolder, "home", "kept.cfg"), "hard");
    const title = await launchScript("cat kept.cfg config/fresh.cfg", {
      homeFiles: { "kept.cfg": "defaults.cfg", "config/fresh.cfg": "defaults.cfg" },
    });
    await title.exited;
    await vi.waitFor(() => expect(title.lastOutput()).toBe("hardeasy"));
  });
});

/** The colour of a pixel as red, green, blue. */
async function pixelAt(x: number, y: number): Promise<number> {
  const file = await readFile(display.framebufferPath ?? "");
  return file.readUInt32LE(file.readUInt32BE(0) + file.readUInt32BE(76) * 12 + y * file.readUInt32BE(48) + x * 4) & 0xff_ffff;
}

describe("a web title", () => {
  const PAGE = `<!doctype html><html style="background:#102030"><script type="module">
    import { colour } from "./colour.js";
    addEventListener("keydown", (event) => {
      if (event.code === "KeyO" && event.ctrlKey) document.documentElement.style.background = colour;
    });
  </script>`;

  test("fills the screen to its last pixel, and has every key to itself", async () => {
    await writeFile(join(titleFolder, "index.html"), PAGE);
    await writeFile(join(titleFolder, "colour.js"), 'export const colour = "#00ff00";');
    await launch({ runtime: "web", page: "index.html" });
    await vi.waitFor(async () => expect(await pixelAt(SIZE.width - 1, SIZE.height - 1)).toBe(0x10_20_30), { timeout: 20_000 });

    // To a browser this means "open a file": the page must get it, and the player no list of the node's files.
    const sink = await openXtestSink(display, scope);
    const key = (code: string, down: boolean) => ({ kind: "key" as const, code: CODES[code] ?? 0, down });
    await sink.apply([key("ControlLeft", true), key("KeyO", true), key("KeyO", false), key("ControlLeft", false)]);
    await vi.waitFor(async () => expect(await pixelAt(SIZE.width / 2, SIZE.height / 2)).toBe(0x00_ff_00), { timeout: 5_000 });
    expect(await pixelAt(0, 0)).toBe(0x00_ff_00);
  });
});

// Wine leaves a server behind that only a sandbox ends with the title.
describe.skipIf(!WINE || sandboxName === "none")("a Windows title (Wine)", () => {
  /** Wine's Minesweeper has a field of green squares; nothing else here is green. */
  async function greenShare(): Promise<number> {
    let green = 0;
    for (let y = 0; y < SIZE.height; y += 4) {
      for (let x = 0; x < SIZE.width; x += 4) {
        const pixel = await pixelAt(x, y);
        if ((pixel >> 8) & 0x80 && !(pixel & 0xff_00_ff)) green++;
      }
    }
    return green / ((SIZE.width / 4) * (SIZE.height / 4));
  }

  test("shows its window on a desktop of its own, from a Windows that the next session begins with anew", { timeout: 120_000 }, async () => {
    const minesweeper = { runtime: "windows" as const, command: ["winemine.exe"], resources: { cpuCores: 1, memoryMb: 512, gpu: false, network: false } };
    // A node makes its Windows before anybody asks, where it has a title for it, and nowhere else.
    const launcher = launcherOf(scope);
    await launcher.makeReady(["native", "web", "phone", "libretro", "test-card"]);
    await expect(readdir(cacheFolder())).rejects.toThrow("ENOENT");
    await launcher.makeReady(["native", "windows"]);
    expect(await readdir(cacheFolder())).toEqual([expect.stringMatching(/^wine-/)]);
    const title = await launch(minesweeper);
    await vi.waitFor(async () => expect(await greenShare()).toBeGreaterThan(0.02), { timeout: 60_000, interval: 500 });
    expect(isRunning(title.pid)).toBe(true);
    const prefix = join(sessionFolder, "home", ".wine");
    expect((await lstat(join(prefix, "drive_c/windows/system32/kernel32.dll"))).isSymbolicLink()).toBe(true);
    // What the player has is kept where it is, whatever a fresh Windows would lay there.
    const kept = await createPrivateFolder("session", scope);
    await mkdir(join(kept, "home/.wine/drive_c/users/player"), { recursive: true });
    await writeFile(join(kept, "home/.wine/user.reg"), "WINE REGISTRY Version 2\n;; mine\n");
    const prefixes = createWinePrefixes({ wine: WINE as Wine, sandbox, cacheFolder: join(sessionFolder, "cache") }, scope);
    await prefixes.layInto(join(kept, "home"));
    expect(await readFile(join(kept, "home/.wine/user.reg"), "utf8")).toContain(";; mine");
    expect(await readFile(join(kept, "home/.wine/system.reg"), "utf8")).toContain("WINE REGISTRY");
  });
});

describe("the test card", () => {
  async function reading(): Promise<TestCardReading> {
    const file = await readFile(display.framebufferPath ?? "");
    const data = file.subarray(file.readUInt32BE(0) + file.readUInt32BE(76) * 12);
    return readTestCard({ data, ...SIZE, bytesPerPixel: 4, bytesPerRow: file.readUInt32BE(48) }, SIZE);
  }

  test("numbers its pictures, flips at a key, a button and not at a held key's repeats, and can be heard", async () => {
    await launch({ runtime: "test-card", environment: { TEST_CARD_TONE: "880" } });
    let peak = 0;
    const monitor = connect(sound.monitorSocketPath);
    scope.own(monitor, () => void monitor.destroy());
    monitor.on("data", (bytes: Buffer) => {
      for (let at = 0; at + 1 < bytes.length; at += 2) peak = Math.max(peak, Math.abs(bytes.readInt16LE(at)));
    });

    const first = await vi.waitFor(async () => (await reading()).frame ?? expect.fail("no picture yet"), { timeout: 5_000 });
    await vi.waitFor(async () => expect((await reading()).frame).toBeGreaterThan(first));
    expect(await reading()).toMatchObject({ flips: 0, patchLit: false });

    const sink = await openXtestSink(display, scope);
    const key = (down: boolean) => sink.apply([{ kind: "key", code: 57, down }]);
    await key(true);
    await vi.waitFor(async () => expect(await reading()).toMatchObject({ flips: 1, patchLit: true }));
    // Past the server's repeat delay (660 ms) the held key has repeated, and flipped nothing.
    const held = (await reading()).frame ?? 0;
    await vi.waitFor(async () => expect((await reading()).frame).toBeGreaterThan(held + 60), { timeout: 5_000 });
    await key(false);
    expect(await reading()).toMatchObject({ flips: 1, patchLit: true });
    await sink.apply([{ kind: "button", button: 0, down: true }, { kind: "button", button: 0, down: false }]);
    await vi.waitFor(async () => expect(await reading()).toMatchObject({ flips: 2, patchLit: false }));
    await vi.waitFor(() => expect(peak).toBeGreaterThan(3_000), { timeout: 5_000 });
  });
});
});
