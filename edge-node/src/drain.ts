// `npm run edge -- --drain`: asks the node on this machine to take no new session and to
// end once its own have, and waits until it has. Interrupted, the node drains on.

import { setTimeout as wait } from "node:timers/promises";
import { ConfigError, parseConfig } from "./node/config.ts";
import { findRunningNode } from "./node/data-folder.ts";

const LOOK_EVERY_MS = 500;

async function main(): Promise<void> {
  const { dataFolder } = parseConfig(process.env);
  const pid = await findRunningNode(dataFolder);
  if (pid === undefined) {
    console.error(`No node runs on the data folder ${dataFolder}; name its folder with --data.`);
    process.exit(1);
  }
  process.kill(pid, "SIGUSR2");
  console.log(`The node (process ${pid}) takes no new session and ends once its sessions have. Ctrl-C stops waiting, not the draining.`);
  while ((await findRunningNode(dataFolder)) === pid) await wait(LOOK_EVERY_MS);
  console.log("It has ended.");
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
