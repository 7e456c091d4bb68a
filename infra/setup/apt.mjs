// apt-get, for set-up: as root or through sudo without a password, with progress,
// and with its failures told in one sentence.

import { stat } from "node:fs/promises";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const UPDATE_LIMIT_MS = 3 * 60_000;
const INSTALL_LIMIT_MS = 20 * 60_000;
/** How long apt-get itself waits for another package manager. */
const LOCK_WAIT_S = 120;
const LISTS_RECENT_MS = 24 * 60 * 60_000;
const LIST_LOCK_TRIES = 12;
const LIST_LOCK_PAUSE_MS = 5_000;

const ENVIRONMENT = ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"];
const OPTIONS = ["-q", "-o", `DPkg::Lock::Timeout=${LOCK_WAIT_S}`, "-o", "APT::Status-Fd=3", "-o", "Dpkg::Use-Pty=0"];

/** @typedef {readonly string[]} Privilege  The words before `apt-get`. */

/**
 * How this process may install packages, or undefined when it may not.
 *
 * @returns {Promise<Privilege | undefined>}
 */
export async function findPrivilege() {
  if (process.getuid?.() === 0) return ["env", ...ENVIRONMENT];
  try {
    const { code } = await runCommand("sudo", ["-n", "true"], { timeLimitMs: 10_000 });
    return code === 0 ? ["sudo", "-n", "env", ...ENVIRONMENT] : undefined;
  } catch (error) {
    if (error instanceof SetupError) return undefined; // No sudo here.
    throw error;
  }
}

/**
 * @param {readonly string[]} names
 * @returns {Promise<string>}  dpkg-query's rows; names that dpkg doesn't know have none.
 */
export async function queryPackages(names) {
  if (names.length === 0) return "";
  const format = "${db:Status-Abbrev}\\t${Package}\\n";
  const { output } = await runCommand("dpkg-query", ["-W", "-f", format, ...names], { timeLimitMs: 20_000 });
  return output;
}

/**
 * Whether apt-get asked the archive for its lists within a day, with or without
 * luck. It works in this folder each time it does.
 */
export async function listsAreRecent() {
  try {
    const { mtimeMs } = await stat("/var/lib/apt/lists/partial");
    return Date.now() - mtimeMs < LISTS_RECENT_MS;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return false; // It never did.
    throw error;
  }
}

/** @param {Privilege} privilege */
export async function updateLists(privilege) {
  for (let attempt = 1; ; attempt++) {
    const { code, output, timedOut } = await apt(privilege, ["update"], UPDATE_LIMIT_MS);
    if (code === 0) return;
    // DPkg::Lock::Timeout covers installing, not the lists.
    if (isLocked(output) && attempt < LIST_LOCK_TRIES) {
      await new Promise((resolve) => setTimeout(resolve, LIST_LOCK_PAUSE_MS));
      continue;
    }
    throw new SetupError(explainAptFailure(output, timedOut), { output: errorLines(output) });
  }
}

/**
 * Whether apt could install these, without trying.
 *
 * @param {Privilege} privilege
 * @param {readonly string[]} packages
 */
export async function canInstall(privilege, packages) {
  const { code } = await apt(privilege, ["install", "--simulate", "--no-install-recommends", "--", ...packages], 60_000);
  return code === 0;
}

/**
 * @param {Privilege} privilege
 * @param {readonly string[]} packages
 * @param {(advance: import("./progress.mjs").Advance) => void} report
 */
export async function installPackages(privilege, packages, report) {
  const { code, output, timedOut } = await apt(
    privilege,
    ["install", "-y", "--no-install-recommends", "--", ...packages],
    INSTALL_LIMIT_MS,
    (line) => {
      const advance = parseAptStatus(line);
      if (advance) report(advance);
    },
  );
  if (code !== 0) throw new SetupError(explainAptFailure(output, timedOut), { output: errorLines(output) });
}

/**
 * @param {Privilege} privilege
 * @param {readonly string[]} args
 * @param {number} timeLimitMs
 * @param {(line: string) => void} [onLine]
 */
function apt(privilege, args, timeLimitMs, onLine = () => {}) {
  const [command = "env", ...words] = privilege;
  // Progress has a descriptor of its own, opened behind sudo, which closes what it
  // is given. It must not be 1: dpkg keeps that one from the packages' scripts, and
  // every script that prints then fails.
  const shell = ["sh", "-c", 'exec apt-get "$@" 3>&1', "apt-get"];
  return runCommand(command, [...words, ...shell, ...OPTIONS, ...args], { timeLimitMs, onLine });
}

/**
 * apt's own progress: `dlstatus:3:42.5:Retrieving file 3 of 7`, then
 * `pmstatus:xvfb:70.1:Unpacking xvfb`, each from 0 to 100.
 *
 * @param {string} line
 * @returns {import("./progress.mjs").Advance | undefined}
 */
export function parseAptStatus(line) {
  const found = /^(dlstatus|pmstatus):[^:]*:([\d.]+):(.*)$/.exec(line);
  if (!found) return undefined;
  const half = Number(found[2]) / 200;
  return { share: found[1] === "dlstatus" ? half : 0.5 + half, text: found[3] ?? "" };
}

/** @param {string} output */
function isLocked(output) {
  return /Could not get lock|is held by process|Unable to lock/i.test(output);
}

/**
 * @param {string} output
 * @param {boolean} timedOut
 */
export function explainAptFailure(output, timedOut) {
  if (isLocked(output)) return "Another program is installing packages: wait until it is done, then run the same command again.";
  if (/dpkg was interrupted/.test(output)) return "An earlier installation was interrupted: run `sudo dpkg --configure -a`, then the same command again.";
  if (/Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|Failed to fetch|Network is unreachable/i.test(output)) {
    return "apt-get could not reach Debian's archive: check the network (or /etc/apt/sources.list), then run the same command again.";
  }
  const unknown = /Unable to locate package (\S+)|Package '?([^' ]+)'? has no installation candidate/.exec(output);
  if (unknown) {
    return `apt-get knows no package "${unknown[1] ?? unknown[2]}": Nearframe sets itself up on Debian 12, with the "main" and "contrib" parts of its archive.`;
  }
  if (/No space left|enough free space/.test(output)) return "The disk is full: free some space, then run the same command again.";
  if (timedOut) return "apt-get did not finish in time: check the network, then run the same command again.";
  return "apt-get could not install the packages.";
}

/**
 * The lines that say what went wrong; failing that, the last.
 *
 * @param {string} output
 */
export function errorLines(output) {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^(dl|pm)(status|error):/.test(line));
  const errors = lines.filter((line) => /^(E|Err|Error|dpkg)[:\d]|error|failed|I\/O/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-12).join("\n");
}
