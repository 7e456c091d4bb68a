// Where every script of package.json begins. On a fresh clone this runs on the
// machine's own Node with no package installed, so it and set-up are plain
// JavaScript with no dependency. It sets up what the command needs, then hands
// over to Node 24.

import path from "node:path";

const NODE_MAJOR_MIN = 20;

// Before anything is loaded that an old Node could not read.
const nodeMajor = Number(process.versions.node.split(".")[0]);
if (nodeMajor < NODE_MAJOR_MIN) {
  console.error(
    `Nearframe sets itself up with Node ${NODE_MAJOR_MIN} or newer, and this is ${process.versions.node}: ` +
      "install a newer Node (it then brings Node 24 for itself), and run the same command again.",
  );
  process.exit(1);
}

const { run } = await import("./run.mjs");
await run(path.join(import.meta.dirname, ".."), process.argv.slice(2));
