// Web pages, in a Chromium with nothing around them.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requireCommand } from "../../process/find-command.ts";
import { findTitleCommand } from "../find-title-command.ts";
import { NODE_FILES } from "../node-files.ts";
import type { PrepareProgram } from "../program.ts";
import type { WebSettings } from "../web/chromium.ts";

const PROGRAM = fileURLToPath(new URL("../web/main.ts", import.meta.url));

/** Below the title's home, so that a manifest's `savePaths` can name what is in it. */
export const PROFILE_FOLDER = "profile";

export const prepareWeb: PrepareProgram = async ({ title, homeFolder, view, confined, drawing, onCard }) => {
  const { id, page = "", size, resources, input } = title.manifest;
  await mkdir(join(homeFolder, PROFILE_FOLDER), { recursive: true, mode: 0o700 });
  const settings: WebSettings = {
    chromium: await findTitleCommand(title, "chromium"),
    setpriv: await requireCommand("setpriv", "util-linux"),
    id,
    folder: view.titleFolder,
    page,
    size,
    profile: join(view.home, PROFILE_FOLDER),
    network: resources.network,
    networkNames: resources.networkNames,
    onCard,
    webgl: title.manifest.webgl ?? false,
    touch: input.touch,
    sensors: title.manifest.sensors ?? [],
    privileged: !confined && process.getuid?.() === 0,
  };
  return {
    file: process.execPath,
    args: [PROGRAM, JSON.stringify(settings)],
    // What draws on the processor is Chromium's own, and asks none of Mesa's.
    environment: onCard ? drawing : {},
    folder: view.home,
    needs: NODE_FILES,
    bridged: true,
    nestsSandboxes: true,
  };
};
