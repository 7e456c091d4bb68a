// The checker's process: waits for tasks and does them, or does one check at a word.

import { faultsIn, whyVoid } from "@nearframe/shared/checking/criteria";
import { Scope } from "@nearframe/shared/lifetime";
import { checkerSocketUrl } from "./control/checker-link.ts";
import { playerSocketUrl } from "./control/player-link.ts";
import { startChecker } from "./duty/start-checker.ts";
import { openIdentity } from "./identity.ts";
import { CHECKER_HELP, parseOptions, type CheckerOptions } from "./options.ts";
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
  const scope = new Scope();
  const stopped = new Promise<number>((resolve) => {
    for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) process.once(signal, () => resolve(status));
  });
  try {
    return await Promise.race([options.once ? playOnce(options, scope) : waitForTasks(options, scope), stopped]);
  } finally {
    await scope.close("the checker ends");
  }
}

async function playOnce({ server, titleId, watchMs, dataFolder }: CheckerOptions, scope: Scope): Promise<number> {
  const { checkerId } = await openIdentity(dataFolder);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const observation = await playTitle({ url: playerSocketUrl(server), titleId, watchMs, timeZone, onNote: (note) => console.error(note) }, { openPath, openSenses }, scope);
  const stalled = whyVoid(observation);
  const faults = stalled === undefined ? faultsIn(observation) : [];
  if (stalled !== undefined) console.error(`The check says nothing: ${stalled}`);
  console.log(JSON.stringify({ checkerId, titleId, observation, faults }, undefined, 2));
  if (stalled !== undefined) return CHECK_VOID;
  return faults.length > 0 ? 1 : 0;
}

/** Until it is told to stop, or the server will never take it. */
async function waitForTasks({ server, operatorId, fromAddress, dataFolder }: CheckerOptions, scope: Scope): Promise<number> {
  const identity = await openIdentity(dataFolder);
  const why = await new Promise<string>((resolve) => {
    startChecker(
      { url: checkerSocketUrl(server), playUrl: playerSocketUrl(server), operatorId, fromAddress, identity, onNote: (note) => console.log(note), onRefused: resolve },
      scope,
    );
  });
  console.error(`The server does not take this checker: ${why}`);
  return CHECK_VOID;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`The check says nothing: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = CHECK_VOID;
}
// A socket of a path that was cut in the middle may hold the process for minutes.
process.exit();
