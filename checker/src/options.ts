// The command line of the checker.

import { isIP } from "node:net";
import { parseArgs } from "node:util";
import os from "node:os";
import path from "node:path";
import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";

export const CHECKER_HELP = `Checks nodes as a player would meet them: waits for tasks of the server, does them, and signs what it saw.

npm run checker -- --server ws://localhost:8080
npm run checker -- --server ws://localhost:8080 --once --title test-card

  --server URL    where players connect
  --operator ID   in whose name it checks: all checkers of one operator are one opinion (default: whoever is at its address)
  --from ADDRESS  on a machine with several addresses, the one to wait for tasks at
  --once          wait for no task: play once, print the observation and its faults as JSON, and end
  --title ID      what is played (default test-card)
  --seconds N     how long it is watched once the picture has settled, 2 to 300 (default 8)
  --data FOLDER   where the checker's key is kept (default ~/.nearframe/checker)
  --help          this text

Without --once it works until it is told to stop (Ctrl-C); several can run on one machine, each with a --data of its own.
With --once it ends with 0 when nothing was found, 1 when a fault was, 2 when the check says nothing.`;

export type CheckerOptions = { server: string; operatorId: string | undefined; fromAddress: string | undefined; once: boolean; titleId: string; watchMs: number; dataFolder: string };

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
  if (values.operator !== undefined && !z.safeParse(Id, values.operator).success) {
    throw new OptionsError(`--operator takes letters, digits and . _ : -, 64 at most, not ${values.operator}.`);
  }
  if (values.from !== undefined && isIP(values.from) === 0) throw new OptionsError(`--from takes an address of this machine, not ${values.from}.`);
  const seconds = Number(values.seconds ?? "8");
  if (!(seconds >= 2 && seconds <= 300)) throw new OptionsError(`--seconds takes 2 to 300, not ${values.seconds}.`);
  return {
    server: values.server,
    operatorId: values.operator,
    fromAddress: values.from,
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
        operator: { type: "string" },
        from: { type: "string" },
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
