// The checker's process: one check at a word. Tasks come when servers give them out.

import { faultsIn } from "@nearframe/shared/checking/criteria";
import { Scope } from "@nearframe/shared/lifetime";
import { playerSocketUrl } from "./control/player-link.ts";
import { openIdentity } from "./identity.ts";
import { CHECKER_HELP, parseOptions } from "./options.ts";
import { openPath } from "./path/adapters/werift/open-path.ts";
import { playTitle } from "./play/play-title.ts";
import { openSenses } from "./play/senses.ts";

const CHECK_VOID = 2;

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(CHECKER_HELP);
    return 0;
  }
  const { checkerId } = await openIdentity(options.dataFolder);
  if (!options.once) {
    console.error(`This is ${checkerId}. Servers give out no tasks yet, so there is nothing to wait for: add --once to play one title now.`);
    return CHECK_VOID;
  }
  const scope = new Scope();
  process.once("SIGINT", () => void scope.close("interrupted").then(() => process.exit(130)));
  try {
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { server, titleId, watchMs } = options;
    const observation = await playTitle({ url: playerSocketUrl(server), titleId, watchMs, timeZone, onNote: (note) => console.error(note) }, { openPath, openSenses }, scope);
    const faults = faultsIn(observation);
    console.log(JSON.stringify({ checkerId, titleId, observation, faults }, undefined, 2));
    return faults.length > 0 ? 1 : 0;
  } finally {
    await scope.close("the check is over");
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`The check says nothing: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = CHECK_VOID;
}
