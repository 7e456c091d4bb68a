// Installs the Debian packages that are missing. What the product itself needs
// must come; a title's packages may fail, which only takes that title away.

import path from "node:path";
import { canInstall, findPrivilege, installPackages, queryPackages, updateLists } from "./apt.mjs";
import { BASE_PACKAGES, WORKER_BUILD_PACKAGES, installLine, missingPackages, parseInstalled, readTitleNeeds } from "./debian-list.mjs";
import { SetupError } from "./setup-error.mjs";

/** The titles that come with the product, below the repository. */
export const BUILTIN_TITLES = path.join("edge-node", "titles");

/** @typedef {import("./debian-list.mjs").TitleNeeds} TitleNeeds */

/** @type {import("./run-steps.mjs").Step} */
export const debianPackages = {
  name: "Debian packages",
  async plan(context) {
    const titles = await readTitleNeeds(path.join(context.root, BUILTIN_TITLES));
    const required = [...Object.keys(BASE_PACKAGES), ...(context.workerToBuild ? WORKER_BUILD_PACKAGES : [])];
    const missing = missingPackages({ required, titles }, await findInstalled(required, titles));
    const names = [...new Set([...missing.required, ...missing.titles.flatMap(({ packages }) => packages)])];
    if (names.length === 0) return undefined;

    const privilege = await findPrivilege();
    if (!privilege && missing.required.length === 0) {
      for (const title of missing.titles) takeAway(context, title);
      return undefined;
    }
    return {
      detail: names.join(", "),
      run: async (report) => {
        if (!privilege) throw new SetupError(`Some Debian packages are missing, and installing them takes root. Run this, then the same command again:\n\n  ${installLine(names)}`);
        report({ text: "reading the package lists" });
        await updateLists(privilege);
        const available = await splitTitles(context, privilege, missing.titles);
        await installPackages(privilege, [...new Set([...missing.required, ...available])], report);
      },
    };
  },
};

/**
 * @param {readonly string[]} required
 * @param {readonly TitleNeeds[]} titles
 */
async function findInstalled(required, titles) {
  const names = new Set([...required, ...titles.flatMap(({ packages }) => packages)]);
  try {
    return parseInstalled(await queryPackages([...names]));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(
      "This machine has no dpkg: Nearframe sets itself up on Debian 12. Elsewhere, install what these packages bring and start with --no-setup: " +
        [...names].join(" "),
    );
  }
}

/**
 * The packages of those titles that apt can install; the others are taken away.
 *
 * @param {import("./run-steps.mjs").SetupContext} context
 * @param {import("./apt.mjs").Privilege} privilege
 * @param {readonly TitleNeeds[]} titles
 */
async function splitTitles(context, privilege, titles) {
  /** @type {string[]} */
  const available = [];
  for (const title of titles) {
    if (await canInstall(privilege, title.packages)) available.push(...title.packages);
    else takeAway(context, title);
  }
  return available;
}

/**
 * @param {import("./run-steps.mjs").SetupContext} context
 * @param {TitleNeeds} title
 */
function takeAway({ notices }, { name, packages }) {
  notices.push(`${name} can't be played until its packages are here: ${installLine(packages)}`);
}
