// A console's title: our own program for the Game Boy.

import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { makeFlipRom } from "@nearframe/edge-node/title/libretro/testing/flip-rom";
import type { Scope } from "@nearframe/shared/lifetime";
import { ART } from "./art.ts";

export const CONSOLE = { width: 640, height: 576 };

/** The folder of titles that it is in, and its id. */
export async function makeLibretroTitle(scope: Scope): Promise<{ titles: string; id: string }> {
  const id = "console-flip";
  const titles = await mkdtemp(path.join(os.tmpdir(), "nearframe-console-"));
  scope.own(titles, (titles) => rm(titles, { recursive: true, force: true }));
  const folder = path.join(titles, id);
  await mkdir(folder);
  const manifest = {
    id, name: "Flip", summary: "Stripes that change places.", publisher: "Nearframe", credits: "None", category: "arcade",
    art: { cover: "cover.png", hero: "cover.png", accent: "#ffffff" }, runtime: "libretro", libretro: { core: "gambatte", content: "flip.gb" },
    size: CONSOLE, fps: 60, input: { keyboard: true, pointer: "none", touch: false, pad: { buttons: { east: "KeyX", south: "KeyZ" } } },
    savePaths: [".local/share/libretro"], resources: { cpuCores: 1, memoryMb: 256, gpu: false, network: false },
    packages: ["retroarch", "libretro-core-info", "libretro-gambatte"],
  };
  await Promise.all([
    writeFile(path.join(folder, "title.json"), JSON.stringify(manifest)),
    writeFile(path.join(folder, "cover.png"), ART),
    writeFile(path.join(folder, "flip.gb"), makeFlipRom()),
  ]);
  // A title on a node that runs as root belongs to another user.
  await Promise.all([chmod(titles, 0o755), chmod(folder, 0o755)]);
  return { titles, id };
}
