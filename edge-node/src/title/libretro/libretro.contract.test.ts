// A console's title, in its sandbox: it is drawn, answers keys, and what its battery keeps is
// in the home, and there again the next time.

import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CODES } from "@nearframe/shared/input/codes";
import { Scope } from "@nearframe/shared/lifetime";
import type { Title } from "@nearframe/shared/title/manifest";
import { createGraphics } from "../../graphics/graphics.ts";
import { openXvfb } from "../../display/adapters/xvfb.ts";
import { openXtestSink } from "../../input/adapters/xtest.ts";
import { commandFolders, findCommand } from "../../process/find-command.ts";
import { createPrivateFolder } from "../../process/private-folder.ts";
import { openSandbox } from "../../sandbox/open-sandbox.ts";
import type { Display } from "../../session/ports.ts";
import { openPulse } from "../../sound/adapters/pulse.ts";
import { createLauncher } from "../launch.ts";
import { findCore } from "./cores.ts";
import { LIBRETRO_SAVES } from "./settings.ts";
import { makeFlipRom } from "./testing/flip-rom.ts";

const SIZE = { width: 640, height: 576 };
const THERE = (await findCommand("retroarch", commandFolders())) !== undefined && (await findCore("gambatte")) !== undefined;
const WAIT = { timeout: 30_000, interval: 100 };

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

async function makeTitle(core = "gambatte"): Promise<Title> {
  const folder = await createPrivateFolder("title", scope);
  await chmod(folder, 0o755);
  await writeFile(join(folder, "flip.gb"), makeFlipRom());
  return {
    folder,
    manifest: {
      id: "flip", name: "Flip", summary: "A title for a test.", publisher: "Nobody", credits: "None", category: "arcade",
      art: { cover: "cover", hero: "hero", accent: "#ffffff" }, runtime: "libretro", libretro: { core, content: "flip.gb" }, size: SIZE, fps: 60,
      input: { keyboard: true, pointer: "none", touch: false }, savePaths: [LIBRETRO_SAVES],
      resources: { cpuCores: 1, memoryMb: 256, gpu: false, network: false },
    },
  };
}

/** The left half of the first stripe, and of the second. */
async function stripes(display: Display): Promise<[number, number]> {
  const file = await readFile(display.framebufferPath ?? "");
  const row = file.readUInt32BE(0) + file.readUInt32BE(76) * 12 + (SIZE.height / 2) * file.readUInt32BE(48);
  return [file[row + 16 * 4 + 1] ?? 0, file[row + 48 * 4 + 1] ?? 0];
}

const untilStripes = (display: Display, order: "light-dark" | "dark-light") =>
  vi.waitFor(async () => {
    const [first, second] = await stripes(display);
    expect(order === "light-dark" ? first - second : second - first).toBeGreaterThan(80);
  }, WAIT);

describe.skipIf(!THERE)("a libretro title", () => {
  test("is drawn, answers a key, and finds what its battery kept", { timeout: 120_000 }, async () => {
    const title = await makeTitle();
    const sandbox = await openSandbox("bubblewrap", { networkAllowed: false });
    const sessionFolder = await createPrivateFolder("session", scope);
    const launcher = createLauncher({ sandbox, networkAllowed: false, cacheFolder: join(sessionFolder, "cache"), graphics: createGraphics([]) }, scope);
    const play = async (owner: Scope) => {
      const [display, sound] = await Promise.all([openXvfb(SIZE, owner), openPulse(owner)]);
      const running = await launcher.launch({ title, sessionFolder, display, sound }, owner);
      return { display, running, sink: await openXtestSink(display, owner) };
    };
    const first = scope.child();
    const { display, sink } = await play(first);
    // The memory of a new cartridge is all ones: an odd number of presses.
    await untilStripes(display, "dark-light");
    // RetroArch's own key for the button A. It asks the server which keys are down, once a frame: a short press may pass by.
    await sink.apply([{ kind: "key", code: CODES.KeyX ?? 0, down: true }]);
    await untilStripes(display, "light-dark");
    await sink.apply([{ kind: "key", code: CODES.KeyX ?? 0, down: false }]);
    const saves = join(sessionFolder, "home", LIBRETRO_SAVES);
    await vi.waitFor(async () => expect((await readFile(join(saves, "flip.srm")))[0]).toBe(0), WAIT);
    await first.close();
    expect(await readdir(saves)).toContain("flip.srm");

    const again = await play(scope.child());
    await untilStripes(again.display, "light-dark");
  });

  test("a core that is not here is named, with what to install", { timeout: 30_000 }, async () => {
    const title = await makeTitle("nosuchcore");
    const sandbox = await openSandbox("none", { networkAllowed: false });
    const sessionFolder = await createPrivateFolder("session", scope);
    const launcher = createLauncher({ sandbox, networkAllowed: false, cacheFolder: join(sessionFolder, "cache"), graphics: createGraphics([]) }, scope);
    const [display, sound] = await Promise.all([openXvfb(SIZE, scope), openPulse(scope)]);
    await expect(launcher.launch({ title, sessionFolder, display, sound }, scope)).rejects.toThrow("apt-get install libretro-nosuchcore");
  });
});
