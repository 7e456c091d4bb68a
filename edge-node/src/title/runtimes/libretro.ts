// Programs of old consoles, by RetroArch and Debian's cores.
//
// The title's settings are ours: its screen is filled, its keys are RetroArch's own (arrows,
// Z, X, A, S, Enter, right Shift), and what it saves lies in one folder of the home.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { CommandMissingError } from "../../session/ports.ts";
import { findTitleCommand } from "../find-title-command.ts";
import { findCore } from "../libretro/cores.ts";
import { LIBRETRO_ENVIRONMENT, LIBRETRO_SAVES, libretroSettings } from "../libretro/settings.ts";
import type { PrepareProgram } from "../program.ts";

/** Below the home, written anew each time: it follows the screen, not the player. */
const SETTINGS = ".config/nearframe/retroarch.cfg";

export const prepareLibretro: PrepareProgram = async ({ title, homeFolder, view, drawing }) => {
  const { libretro, name, size } = title.manifest;
  const file = await findTitleCommand(title, "retroarch");
  const core = await findCore(libretro?.core ?? "");
  if (core === undefined) {
    throw new CommandMissingError(`"${name}" needs the core "${libretro?.core}", which is not on this node. Install it with: apt-get install libretro-${libretro?.core}`);
  }
  await mkdir(join(homeFolder, dirname(SETTINGS)), { recursive: true, mode: 0o700 });
  await mkdir(join(homeFolder, LIBRETRO_SAVES), { recursive: true, mode: 0o700 });
  await writeFile(join(homeFolder, SETTINGS), settingsOf(size, view.home), { mode: 0o600 });
  const content = libretro?.content === undefined ? [] : [join(view.titleFolder, libretro.content)];
  return {
    file,
    args: ["--config", join(view.home, SETTINGS), "--libretro", core, ...content],
    environment: { ...LIBRETRO_ENVIRONMENT, ...drawing },
    folder: view.home,
  };
};

const settingsOf = (size: TitleSize, home: string): string =>
  Object.entries(libretroSettings(size, home)).map(([key, value]) => `${key} = "${value}"\n`).join("");
