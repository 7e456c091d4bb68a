// Programs that draw with X11: most of Debian's games.

import { findTitleCommand } from "../find-title-command.ts";
import type { PrepareProgram } from "../program.ts";
import { softwareGl } from "./software-gl.ts";

export const prepareNative: PrepareProgram = async ({ title, view }) => {
  const { command = [], resources } = title.manifest;
  const [name = "", ...args] = command;
  return {
    file: await findTitleCommand(title, name),
    args,
    environment: {
      SDL_AUDIODRIVER: "pulseaudio",
      ALSOFT_DRIVERS: "pulse",
      ...(resources.gpu ? {} : softwareGl(resources.cpuCores)),
    },
    folder: view.home,
  };
};
