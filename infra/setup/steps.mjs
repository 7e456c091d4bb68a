// What each command needs before it can run.

import { clientBuild } from "./client-build.mjs";
import { debianPackages } from "./debian-packages.mjs";
import { mediaWorker, mediaWorkerBuild } from "./media-worker.mjs";
import { npmDependencies } from "./npm-dependencies.mjs";

/** @typedef {"packages" | "everything"} Needs */

/** @type {Readonly<Record<Needs, readonly import("./run-steps.mjs").Step[]>>} */
export const STEPS = Object.freeze({
  packages: [npmDependencies],
  everything: [npmDependencies, mediaWorker, debianPackages, mediaWorkerBuild, clientBuild],
});
