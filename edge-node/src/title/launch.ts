// Starts a title: its home, its environment, its program.
//
// Knows nothing of sessions; what an exit means is decided by whoever asked.

import type { Runtime } from "@nearframe/shared/title/manifest";
import { createChild } from "../process/child.ts";
import { commandFolders } from "../process/find-command.ts";
import type { LaunchTitle } from "../session/ports.ts";
import { createHome } from "./home.ts";
import type { PrepareProgram } from "./program.ts";
import { prepareNative } from "./runtimes/native.ts";
import { prepareTestCard } from "./runtimes/test-card.ts";
import { prepareWeb } from "./runtimes/web.ts";

const RUNTIMES: Readonly<Record<Runtime, PrepareProgram>> = {
  native: prepareNative,
  web: prepareWeb,
  "test-card": prepareTestCard,
};

/** A game may want to write its saves when it is asked to end. */
const TERM_GRACE_MS = 2_000;

export const launchTitle: LaunchTitle = async ({ title, sessionFolder, display, sound }, scope) => {
  const { manifest } = title;
  const home = await createHome(sessionFolder, title);
  const program = await RUNTIMES[manifest.runtime]({ title, home: home.folder });
  // A sandbox belongs here: between the program that a runtime names and the
  // child that is started, `program` turns into one that runs it confined.
  return createChild(
    {
      file: program.file,
      args: program.args,
      // The later wins: a manifest may override a runtime's choice, but never
      // where the title's home, screen and sound are.
      environment: {
        LANG: "C.UTF-8",
        ...program.environment,
        ...manifest.environment,
        PATH: commandFolders().join(":"),
        ...home.environment,
        ...display.environment,
        ...sound.environment,
      },
      folder: program.folder,
      termGraceMs: TERM_GRACE_MS,
    },
    scope,
  );
};
