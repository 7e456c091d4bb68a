// Installs the Debian packages that are missing. What the product itself needs
// must come; a title's packages may fail, which only takes that title away.

import path from "node:path";
import { canInstall, findPrivilege, installPackages, listsAreRecent, queryPackages, updateLists } from "./apt.mjs";
import { BASE_PACKAGES, TEST_PACKAGES, WORKER_BUILD_PACKAGES, installLine, missingPackages, parseInstalled, readTitleNeeds } from "./debian-list.mjs";
import { SetupError } from "./setup-error.mjs";

/** The titles that come with the product, below the repository. */
export const BUILTIN_TITLES = path.join("edge-node", "titles");

/** @typedef {import("./debian-list.mjs").TitleNeeds} TitleNeeds */

/** @type {import("./run-steps.mjs").Step} */
export const debianPackages = {
  name: "Debian packages",
  async plan(context) {
    const titles = await readTitleNeeds(path.join(context.root, BUILTIN_TITLES));
    const required = [
      ...Object.keys(BASE_PACKAGES),
      ...(context.testing ? Object.keys(TEST_PACKAGES) : []),
      ...(context.workerToBuild ? WORKER_BUILD_PACKAGES : []),
    ];
    const missing = missingPackages({ required, titles }, await findInstalled(required, titles));
    const names = [...new Set([...missing.required, ...missing.titles.flatMap(({ packages }) => packages)])];
    if (names.length === 0) return undefined;

    const privilege = await findPrivilege();
    if (!privilege) {
      if (missing.required.length > 0) throw new SetupError(askToInstall(names));
      for (const title of missing.titles) takeAway(context, title);
      return undefined;
    }
    if (missing.required.length === 0) return planTitles(context, privilege, missing.titles);
    return {
      detail: names.join(", "),
      run: async (report) => {
        report({ text: "reading the package lists" });
        await updateLists(privilege);
        const titles = await splitTitles(context, privilege, missing.titles);
        await installPackages(privilege, [...missing.required, ...titles.flatMap(({ packages }) => packages)], report);
      },
    };
  },
};

/**
 * What to do when only titles lack something. A start goes on without them, and
 * one that can't be had does not slow down every start: apt is asked for it again
 * when its lists are a day old.
 *
 * @param {import("./run-steps.mjs").SetupContext} context
 * @param {import("./apt.mjs").Privilege} privilege
 * @param {readonly TitleNeeds[]} missing
 * @returns {Promise<import("./run-steps.mjs").Work | undefined>}
 */
async function planTitles(context, privilege, missing) {
  const recent = await listsAreRecent();
  const wanted = recent ? await splitTitles(context, privilege, missing) : missing;
  if (wanted.length === 0) return undefined;
  return {
    detail: wanted.flatMap(({ packages }) => packages).join(", "),
    async run(report) {
      let left = wanted;
      try {
        if (!recent) {
          await updateLists(privilege);
          left = await splitTitles(context, privilege, wanted);
        }
        await installPackages(privilege, left.flatMap(({ packages }) => packages), report);
        return "done";
      } catch (error) {
        if (!(error instanceof SetupError)) throw error;
        for (const title of left) takeAway(context, title);
        return "not to be had now";
      }
    },
  };
}

/** @param {readonly string[]} names */
function askToInstall(names) {
  return `Some Debian packages are missing, and installing them takes root. Run this, then the same command again:\n\n  ${installLine(names)}`;
}

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
 * The titles whose packages apt can install; the others are taken away.
 *
 * @param {import("./run-steps.mjs").SetupContext} context
 * @param {import("./apt.mjs").Privilege} privilege
 * @param {readonly TitleNeeds[]} titles
 */
async function splitTitles(context, privilege, titles) {
  /** @type {TitleNeeds[]} */
  const available = [];
  for (const title of titles) {
    if (await canInstall(privilege, title.packages)) available.push(title);
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
