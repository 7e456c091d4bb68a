// A Windows for one session. Making one takes ten seconds and 700 MB, nearly all
// of it copies of Wine's own libraries; so a node makes it once, with links in
// the place of copies, and every session gets a copy of that: 12 MB.

import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, cp, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describeExit } from "../../process/child.ts";
import type { Scope } from "@nearframe/shared/lifetime";
import { limitsOf } from "../../sandbox/limits-of.ts";
import type { ConfinedExit, ConfinedProgram, Sandbox } from "../../sandbox/ports.ts";
import { homeEnvironment } from "../home.ts";
import type { Wine } from "./wine.ts";

/** Below the home. */
export const PREFIX_FOLDER = ".wine";

/** No questions about parts that a game has no use for, no entries in a desktop's menu; for the rest what Proton sets by itself. */
export const WINE_ENVIRONMENT = {
  WINEDEBUG: "-all",
  DXVK_LOG_LEVEL: "none",
  VKD3D_DEBUG: "none",
  WINE_LARGE_ADDRESS_AWARE: "1",
  WINEDLLOVERRIDES: "mscoree,mshtml=;winemenubuilder.exe=d",
} as const;

/** From when it was started, or last went on. */
const MAKE_MS = 120_000;
const WINE_LIBRARIES = ["/usr/lib/x86_64-linux-gnu/wine/x86_64-windows", "/usr/lib/aarch64-linux-gnu/wine/aarch64-windows"];

export interface WinePrefixes {
  /** Lays a fresh Windows into a home; what is there already, a player's restored files, stays. */
  layInto(homeFolder: string): Promise<void>;
  makeReady(): Promise<void>;
  /** Sessions run: what is being made stands still, unless one of them waits for it. */
  setBusy(busy: boolean): void;
}

export type WinePrefixOptions = { wine: Wine; sandbox: Sandbox; cacheFolder: string };

export function createWinePrefixes(options: WinePrefixOptions, scope: Scope): WinePrefixes {
  let making: Promise<string> | undefined;
  let busy = false;
  let waiting = 0;
  const maker = createMaker();
  const settle = () => maker.setHeld(busy && waiting === 0);

  function template(): Promise<string> {
    making ??= makeTemplate(options, maker, scope).catch((error: unknown) => {
      // The next session tries again.
      making = undefined;
      throw error;
    });
    return making;
  }

  async function templateNow(): Promise<string> {
    waiting += 1;
    settle();
    try {
      return await template();
    } finally {
      waiting -= 1;
      settle();
    }
  }

  return {
    makeReady: async () => void (await template()),
    setBusy(now) {
      busy = now;
      settle();
    },
    async layInto(homeFolder) {
      await cp(join(await templateNow(), PREFIX_FOLDER), join(homeFolder, PREFIX_FOLDER), {
        recursive: true,
        verbatimSymlinks: true,
        force: false,
        mode: constants.COPYFILE_FICLONE,
      });
    },
  };
}

/** Waits for the program that makes a Windows, and lets it stand still. */
interface Maker {
  setHeld(held: boolean): void;
  /** Rejects when it runs for too long at a stretch. */
  ended(program: ConfinedProgram): Promise<ConfinedExit>;
}

function createMaker(): Maker {
  let held = false;
  let running: { program: ConfinedProgram; turn: Promise<void>; stopClock: () => void; onLate: () => void } | undefined;

  function apply(): void {
    if (!running) return;
    const { program, onLate } = running;
    running.stopClock();
    if (!held) {
      const timer = setTimeout(onLate, MAKE_MS);
      running.stopClock = () => clearTimeout(timer);
    }
    const now = held;
    // One after the other; a program that has ended can be neither.
    running.turn = running.turn.then(() => (now ? program.pause() : program.resume())).catch(() => undefined);
  }

  return {
    setHeld(next) {
      if (next === held) return;
      held = next;
      apply();
    },
    async ended(program) {
      const late = new Promise<never>((_, reject) => {
        running = {
          program, turn: Promise.resolve(), stopClock: () => undefined,
          onLate: () => reject(new Error(`Wine did not set up its Windows in ${MAKE_MS / 1000} s`)),
        };
      });
      apply();
      try {
        return await Promise.race([program.exited, late]);
      } finally {
        running?.stopClock();
        running = undefined;
      }
    },
  };
}

/** The home in which Windows was set up; made by whoever comes first, and kept for this version of Wine. */
async function makeTemplate({ wine, sandbox, cacheFolder }: WinePrefixOptions, maker: Maker, scope: Scope): Promise<string> {
  const version = createHash("sha256").update(`${wine.file} ${wine.version} ${sandbox.name}`).digest("hex").slice(0, 16);
  const folder = join(cacheFolder, `wine-${version}`);
  const ready = await access(folder).then(() => true, () => false);
  if (ready) return folder;

  const making = join(cacheFolder, `making-${randomUUID()}`);
  const makingScope = scope.child();
  try {
    await mkdir(join(making, "title"), { recursive: true, mode: 0o755 });
    const home = join(making, "home");
    await mkdir(home, { mode: 0o700 });
    await runWineboot({ wine, sandbox, home, titleFolder: join(making, "title") }, maker, makingScope);
    await linkLibraries(join(home, PREFIX_FOLDER));
    // Whoever else made one meanwhile made the same.
    await rename(home, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
    return folder;
  } finally {
    await makingScope.close();
    await rm(making, { recursive: true, force: true });
  }
}

type Making = { wine: Wine; sandbox: Sandbox; home: string; titleFolder: string };

async function runWineboot({ wine, sandbox, home, titleFolder }: Making, maker: Maker, scope: Scope): Promise<void> {
  const view = sandbox.view({ homeFolder: home, titleFolder });
  const program = await sandbox.start(
    {
      program: {
        file: "/bin/sh",
        // The registry is on disk when Wine's server has ended.
        args: ["-c", '"$0" wineboot --init && "$1" --wait', wine.file, wine.server],
        environment: {},
        folder: view.home,
      },
      environment: {
        PATH: "/usr/bin:/bin",
        LANG: "C.UTF-8",
        ...homeEnvironment(view.home),
        ...WINE_ENVIRONMENT,
        WINEPREFIX: join(view.home, PREFIX_FOLDER),
      },
      homeFolder: home,
      titleFolder,
      sessionFiles: {},
      displayPid: undefined,
      networkNames: undefined,
      network: false,
      nestsSandboxes: false,
      limits: limitsOf({ runtime: "windows", resources: { cpuCores: 1, memoryMb: 1_024, gpu: false, network: false } }),
      card: undefined,
    },
    scope,
  );
  const exit = await maker.ended(program);
  if (exit.code !== 0) {
    throw new Error(`Wine could not set up its Windows, and ended ${exit.exceeded ?? describeExit(exit)}: ${program.lastOutput()}`);
  }
}

/** Puts a link to Wine's own library in the place of each copy of it. */
async function linkLibraries(prefix: string): Promise<void> {
  const originals = new Map<string, string>();
  for (const folder of WINE_LIBRARIES) {
    for (const name of await readdir(folder).catch(() => [])) originals.set(name.toLowerCase(), join(folder, name));
  }
  for (const entry of await readdir(prefix, { recursive: true, withFileTypes: true })) {
    const original = originals.get(entry.name.toLowerCase());
    if (!entry.isFile() || original === undefined) continue;
    const copy = join(entry.parentPath, entry.name);
    const [a, b] = await Promise.all([readFile(copy), readFile(original)]);
    if (!a.equals(b)) continue;
    await rm(copy);
    await symlink(original, copy);
  }
}
