// Which Debian packages the product needs, and what of them a machine lacks.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

/** Package -> what it is for, as an operator would ask. */
export const BASE_PACKAGES = Object.freeze({
  "xvfb": "the display of each session",
  "libgl1-mesa-dri": "3D without a graphics card",
  "pulseaudio": "the sound card of each session",
  "libyuv0": "colour conversion",
  "util-linux": "setpriv and prlimit, which bind a title to its session",
  "bubblewrap": "the sandbox that titles run in",
  "slirp4netns": "a network for titles that need one, where the host allows it",
  "iproute2": "the routes of such a network",
  "libseccomp2": "which system calls a title may make",
  "chromium": "web titles, and the browser that tests play in",
  "fonts-dejavu-core": "text in web titles",
});

/** What only the tests need: the services that several servers meet on. */
export const TEST_PACKAGES = Object.freeze({
  "postgresql": "the database of several servers, started by the tests on a folder of their own",
  "nats-server": "their bus, likewise",
  "adb": "the client that the double of an Android device has to convince",
  "mesa-vulkan-drivers": "a graphics card that is drawn by the processor, for titles that ask for one",
  "mesa-utils": "a program that says what it is drawn by",
  "retroarch": "console titles, and the core of one",
  "libretro-core-info": "likewise",
  "libretro-gambatte": "likewise",
  "wine64": "Windows titles",
});

/** What building mediasoup's worker takes, where it can't be downloaded. */
export const WORKER_BUILD_PACKAGES = Object.freeze([
  "g++",
  "cmake",
  "ninja-build",
  "pkg-config",
  "flatbuffers-compiler",
  "libflatbuffers-dev",
  "libabsl-dev",
  "libssl-dev",
  "libuv1-dev",
  "libsrtp2-dev",
]);

/**
 * A Debian package's name, and nothing that apt-get would take for an option or,
 * with a trailing minus, for an order to remove.
 */
const PACKAGE_NAME = /^[a-z0-9][a-z0-9.+-]*[a-z0-9+]$/;

/** @typedef {{ name: string, packages: string[] }} TitleNeeds */

/**
 * What the titles below `folder` need. A manifest that can't be read here is
 * reported, field by field, by the server.
 *
 * @param {string} folder
 * @returns {Promise<TitleNeeds[]>}
 */
export async function readTitleNeeds(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const needs = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => readNeeds(folder, entry.name)),
  );
  return needs.filter((need) => need !== undefined);
}

/**
 * @param {string} root
 * @param {string} folder
 */
async function readNeeds(root, folder) {
  try {
    return parseTitleNeeds(await readFile(path.join(root, folder, "title.json"), "utf8"));
  } catch {
    return undefined; // No manifest, or none that can be read: the server says which.
  }
}

/**
 * @param {string} text  A title's manifest.
 * @returns {TitleNeeds | undefined}
 */
export function parseTitleNeeds(text) {
  const { name, packages } = JSON.parse(text) ?? {};
  if (typeof name !== "string" || !Array.isArray(packages)) return undefined;
  return { name, packages: packages.filter((entry) => typeof entry === "string" && PACKAGE_NAME.test(entry)) };
}

/**
 * @param {string} output  Of `dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\n'`.
 * @returns {Set<string>}  The packages that are installed and configured.
 */
export function parseInstalled(output) {
  const rows = output.split("\n").map((line) => line.split("\t"));
  // The first letter is what is wished for (h: hold), the second what is.
  return new Set(rows.flatMap(([status = "", name]) => (/^.i /.test(status) && name ? [name] : [])));
}

/**
 * @param {{ required: readonly string[], titles: readonly TitleNeeds[] }} wanted
 * @param {ReadonlySet<string>} installed
 */
export function missingPackages({ required, titles }, installed) {
  const lacks = (/** @type {string} */ name) => !installed.has(name);
  return {
    required: required.filter(lacks),
    titles: titles
      .map((title) => ({ ...title, packages: title.packages.filter(lacks) }))
      .filter(({ packages }) => packages.length > 0),
  };
}

/**
 * The one line that an operator runs.
 *
 * @param {readonly string[]} packages
 */
export function installLine(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${[...new Set(packages)].join(" ")}`;
}
