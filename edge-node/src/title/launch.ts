// Starts a title: its home, its environment, its program, in its sandbox.
//
// Knows nothing of sessions; what an exit means is decided by whoever asked.

import { join } from "node:path";
import type { Runtime, Title } from "@nearframe/shared/title/manifest";
import { commandFolders } from "../process/find-command.ts";
import { limitsOf } from "../sandbox/limits-of.ts";
import type { Sandbox, TitleView } from "../sandbox/ports.ts";
import type { LaunchTitle } from "../session/ports.ts";
import { createHome, HOME_FOLDER, homeEnvironment } from "./home.ts";
import type { PrepareProgram } from "./program.ts";
import { prepareNative } from "./runtimes/native.ts";
import { prepareTestCard } from "./runtimes/test-card.ts";
import { prepareWeb } from "./runtimes/web.ts";
import { showSession } from "./session-view.ts";

const RUNTIMES: Readonly<Record<Runtime, PrepareProgram>> = {
  native: prepareNative,
  web: prepareWeb,
  "test-card": prepareTestCard,
};

export type LaunchPolicy = {
  /** Whether this host lets a title reach the network when its manifest asks for it. */
  networkAllowed: boolean;
};

export function createLaunchTitle(sandbox: Sandbox, { networkAllowed }: LaunchPolicy): LaunchTitle {
  return async ({ title, sessionFolder, display, sound }, scope) => {
    const { manifest } = title;
    if (manifest.resources.network && !networkAllowed) {
      throw new Error(
        `"${manifest.name}" needs the network, which this host gives to no title; its operator can allow it with NEARFRAME_TITLE_NETWORK=1`,
      );
    }
    const homeFolder = join(sessionFolder, HOME_FOLDER);
    await createHome(homeFolder, title);
    const view = sandbox.view({ homeFolder, titleFolder: title.folder });
    const confined = sandbox.name !== "none";
    const program = await RUNTIMES[manifest.runtime]({ title, homeFolder, view, confined });
    const shown = await showSession({ sessionFolder, display, sound, confined });
    return sandbox.start(
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
        nestsSandboxes: program.nestsSandboxes ?? false,
        limits: limitsOf(manifest),
      },
      scope,
    );
  };
}

/** A program that comes with the title lies where the title sees its folder. */
function seen(file: string, title: Title, view: TitleView): string {
  return file.startsWith(`${title.folder}/`) ? join(view.titleFolder, file.slice(title.folder.length)) : file;
}
