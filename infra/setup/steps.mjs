// What each command needs before it can run.

import { clientBuild } from "./client-build.mjs";
import { debianPackages } from "./debian-packages.mjs";
import { mediaWorker, mediaWorkerBuild } from "./media-worker.mjs";
import { npmDependencies } from "./npm-dependencies.mjs";

/** @typedef {"packages" | "everything" | "tests"} Needs */

const everything = [npmDependencies, mediaWorker, debianPackages, mediaWorkerBuild, clientBuild];

/** @type {Readonly<Record<Needs, readonly import("./run-steps.mjs").Step[]>>} */
export const STEPS = Object.freeze({
  packages: [npmDependencies],
  everything,
  // The same steps; the context says that it is for tests.
  tests: everything,
});
