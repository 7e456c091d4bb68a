// The command line of the checker.

import { parseArgs } from "node:util";
import os from "node:os";
import path from "node:path";

export const CHECKER_HELP = `Plays a title as a player would, and says what was seen of it.

npm run checker -- --server ws://localhost:8080 --once --title test-card

  --server URL    where players connect
  --once          play once, print the observation and its faults as JSON, and end
  --title ID      what is played (default test-card)
  --seconds N     how long it is watched once the picture has settled, 2 to 300 (default 8)
  --data FOLDER   where the checker's key is kept (default ~/.nearframe/checker)
  --help          this text

It ends with 0 when nothing was found, 1 when a fault was, 2 when the check says nothing.
Without --once a checker waits for tasks. No server gives any out yet, so it says so and ends with 2.`;

export type CheckerOptions = { server: string; once: boolean; titleId: string; watchMs: number; dataFolder: string };

export class OptionsError extends Error {
  readonly code = "OPTIONS_INVALID";
}

/** "help" where that is asked for; throws `OptionsError` with a sentence. */
export function parseOptions(args: readonly string[], home: string = os.homedir()): CheckerOptions | "help" {
  const values = readValues(args);
  if (values.help) return "help";
  if (values.server === undefined) throw new OptionsError("Which server? Say --server ws://HOST:PORT.");
  if (!URL.canParse(values.server) || !/^(ws|http)s?:$/.test(new URL(values.server).protocol)) {
    throw new OptionsError(`--server takes an address such as ws://localhost:8080, not ${values.server}.`);
  }
  const seconds = Number(values.seconds ?? "8");
  if (!(seconds >= 2 && seconds <= 300)) throw new OptionsError(`--seconds takes 2 to 300, not ${values.seconds}.`);
  return {
    server: values.server,
    once: values.once ?? false,
    titleId: values.title ?? "test-card",
    watchMs: seconds * 1_000,
    dataFolder: values.data ?? path.join(home, ".nearframe", "checker"),
  };
}

function readValues(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        server: { type: "string" },
        once: { type: "boolean" },
        title: { type: "string" },
        seconds: { type: "string" },
        data: { type: "string" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(`${error instanceof Error ? error.message : String(error)}; --help tells what there is.`);
  }
}
