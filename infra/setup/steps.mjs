// What each command needs before it can run.

import { clientBuild } from "./client-build.mjs";
import { debianPackages } from "./debian-packages.mjs";
import { mediaWorker, mediaWorkerBuild } from "./media-worker.mjs";
import { npmDependencies } from "./npm-dependencies.mjs";

/** @typedef {"packages" | "node" | "everything" | "tests"} Needs */

const node = [npmDependencies, mediaWorker, debianPackages, mediaWorkerBuild];
const everything = [...node, clientBuild];

/** @type {Readonly<Record<Needs, readonly import("./run-steps.mjs").Step[]>>} */
export const STEPS = Object.freeze({
  packages: [npmDependencies],
  // A node alone shows nobody a page.
  node,
  everything,
  // The same steps; the context says that it is for tests.
  tests: everything,
});
