// Starts a title: its home, its environment, its program, in its sandbox.
//
// Knows nothing of sessions; what an exit means is decided by whoever asked.

import { join } from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Runtime, Title } from "@nearframe/shared/title/manifest";
import { commandFolders } from "../process/find-command.ts";
import { limitsOf } from "../sandbox/limits-of.ts";
import type { Sandbox, TitleView } from "../sandbox/ports.ts";
import type { LaunchProgram } from "../session/ports.ts";
import { openBridge } from "./bridge/open-bridge.ts";
import type { Graphics, TitleCard } from "../graphics/graphics.ts";
import { createHome, HOME_FOLDER, homeEnvironment } from "./home.ts";
import type { PrepareProgram } from "./program.ts";
import { prepareLibretro } from "./runtimes/libretro.ts";
import { prepareNative } from "./runtimes/native.ts";
import { preparePhone } from "./runtimes/phone.ts";
import { softwareGl } from "./runtimes/software-gl.ts";
import { prepareTestCard } from "./runtimes/test-card.ts";
import { prepareWeb } from "./runtimes/web.ts";
import { prepareWindows, type WindowsRuntime } from "./runtimes/windows.ts";
import { createWinePrefixes } from "./windows/prefix.ts";
import { findWine } from "./windows/wine.ts";
import { showSession } from "./session-view.ts";

/** Below the session's folder. */
const BRIDGE_FILE = "bridge";

export type LaunchOptions = {
  sandbox: Sandbox;
  /** Whether this host lets a title reach the network when its manifest asks for it. */
  networkAllowed: boolean;
  /** What is made once on a node, for all sessions. */
  cacheFolder: string;
  /** The cards of this host. */
  graphics: Graphics;
};

export interface Launcher {
  launch: LaunchProgram;
  /**
   * Makes what takes long for titles of these runtimes, so that the first session does not wait for it: half a minute of
   * a core and 700 MB on the way, for Windows alone. Once; where it fails, the session that needs it tries again and says why.
   */
  makeReady(runtimes: readonly Runtime[]): Promise<void>;
  /** Sessions run: what is made ready for later ones stands still. */
  setBusy(busy: boolean): void;
}

/** What is made for a runtime belongs to `owner`. */
export function createLauncher({ sandbox, networkAllowed, cacheFolder, graphics }: LaunchOptions, owner: Scope): Launcher {
  let windows: WindowsRuntime | undefined;
  let madeReady = false;
  let busy = false;
  /** Looked for until it is there: an operator may install it while the node runs. */
  const openWindows = async (): Promise<WindowsRuntime | undefined> => {
    const wine = windows ? undefined : await findWine();
    if (wine && !windows) {
      windows = { wine, prefixes: createWinePrefixes({ wine, sandbox, cacheFolder }, owner) };
      windows.prefixes.setBusy(busy);
    }
    return windows;
  };
  const runtimes: Readonly<Record<Runtime, PrepareProgram | undefined>> = {
    native: prepareNative,
    web: prepareWeb,
    windows: prepareWindows(openWindows),
    phone: preparePhone,
    // Runs on a device, not here (`android/stage.ts`).
    android: undefined,
    libretro: prepareLibretro,
    "test-card": prepareTestCard,
  };
  const launch: LaunchProgram = async ({ title, sessionFolder, display, sound }, scope) => {
    const { manifest } = title;
    if (manifest.resources.network && !networkAllowed) {
      throw new Error(
        `"${manifest.name}" needs the network, which this host gives to no title; its operator can allow it with NEARFRAME_TITLE_NETWORK=1`,
      );
    }
    const prepare = runtimes[manifest.runtime];
    if (!prepare) throw new Error(`"${manifest.name}" is an Android title, and this node has no Android device; name some in NEARFRAME_ANDROID`);
    const card = manifest.resources.gpu ? takeCard(graphics, manifest.name, scope) : undefined;
    const homeFolder = join(sessionFolder, HOME_FOLDER);
    await createHome(homeFolder, title);
    const view = sandbox.view({ homeFolder, titleFolder: title.folder });
    const confined = sandbox.name !== "none";
    const drawing = card?.environment ?? softwareGl(manifest.resources.cpuCores);
    const program = await prepare({ title, homeFolder, view, confined, drawing, onCard: card !== undefined });
    const bridgePath = program.bridged ? join(sessionFolder, BRIDGE_FILE) : undefined;
    const bridge = bridgePath === undefined ? undefined : await openBridge(bridgePath, scope);
    const shown = await showSession({ sessionFolder, display, sound, bridgePath, confined });
    const started = await sandbox.start(
      {
        program: { ...program, file: seen(program.file, title, view) },
        // The later wins: a manifest may override a runtime's choice, but never
        // where the title's home, screen and sound are.
        environment: {
          LANG: "C.UTF-8",
          ...program.environment,
          ...manifest.environment,
          PATH: commandFolders().join(":"),
          ...homeEnvironment(view.home),
          ...shown.environment,
        },
        homeFolder,
        titleFolder: title.folder,
        sessionFiles: shown.files,
        displayPid: display.processId,
        network: manifest.resources.network,
        networkNames: manifest.resources.networkNames,
        nestsSandboxes: program.nestsSandboxes ?? false,
        limits: limitsOf(manifest),
        card,
      },
      scope,
    );
    return { ...started, bridge };
  };
  return {
    launch,
    async makeReady(runtimes) {
      if (madeReady || !runtimes.includes("windows")) return;
      madeReady = true;
      await (await openWindows())?.prefixes.makeReady();
    },
    setBusy(now) {
      busy = now;
      windows?.prefixes.setBusy(now);
    },
  };
}

function takeCard(graphics: Graphics, name: string, scope: Scope): TitleCard {
  const card = graphics.take(scope);
  if (card === "no-card") throw new Error(`"${name}" is drawn by a graphics card, and this node has none that titles can use; npm run doctor says why`);
  if (card === "full") throw new Error(`"${name}" is drawn by a graphics card, and this node's draw as many titles as they hold; NEARFRAME_GPU_SESSIONS sets how many`);
  return card;
}

/** A program that comes with the title lies where the title sees its folder. */
function seen(file: string, title: Title, view: TitleView): string {
  return file.startsWith(`${title.folder}/`) ? join(view.titleFolder, file.slice(title.folder.length)) : file;
}
