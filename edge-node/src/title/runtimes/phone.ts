// A phone: Phosh, the shell of Linux phones, in a window as large as the screen.

import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTitleCommand } from "../find-title-command.ts";
import { BAR_POINTS, compositorSettings, PHONE_ENVIRONMENT, phoneScale } from "../phone/phone.ts";
import type { PrepareProgram } from "../program.ts";

const SHELL = fileURLToPath(new URL("../phone/shell.sh", import.meta.url));
const READER = fileURLToPath(new URL("../phone/accessibility.py", import.meta.url));
/** Below the home, written anew each time: it follows the screen, not the player. */
const SETTINGS_FOLDER = ".config/nearframe";
const SETTINGS_FILE = "phoc.ini";
const APPS_FOLDER = "/usr/share/applications";

export const preparePhone: PrepareProgram = async ({ title, homeFolder, view }) => {
  const [bus, compositor] = await Promise.all([findTitleCommand(title, "dbus-run-session"), findTitleCommand(title, "phoc")]);
  await findTitleCommand(title, "/usr/libexec/phosh");
  await mkdir(join(homeFolder, SETTINGS_FOLDER), { recursive: true, mode: 0o700 });
  await writeFile(join(homeFolder, SETTINGS_FOLDER, SETTINGS_FILE), compositorSettings(title.manifest.size), { mode: 0o600 });
  return {
    file: bus,
    args: ["--", compositor, "--config", join(view.home, SETTINGS_FOLDER, SETTINGS_FILE), "--exec", SHELL],
    environment: { ...PHONE_ENVIRONMENT, NEARFRAME_READER: READER, NEARFRAME_SCALE: String(phoneScale(title.manifest.size)), NEARFRAME_BAR: String(BAR_POINTS) },
    folder: view.home,
    hides: [APPS_FOLDER],
    needs: [SHELL, READER, ...(await findApps(title.manifest.apps ?? []))],
    bridged: true,
    // The phone's browser brings its own.
    nestsSandboxes: true,
  };
};

/** The entries of those that are installed: a phone that lacks one app is a phone. */
async function findApps(names: readonly string[]): Promise<string[]> {
  const entries = names.map((name) => join(APPS_FOLDER, `${name}.desktop`));
  const present = await Promise.all(entries.map((entry) => access(entry).then(() => true, () => false)));
  return entries.filter((_, index) => present[index]);
}
