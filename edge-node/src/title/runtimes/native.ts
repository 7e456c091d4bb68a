// Programs that draw with X11: most of Debian's games.

import { findTitleCommand } from "../find-title-command.ts";
import type { PrepareProgram } from "../program.ts";

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

/** Without a GPU Mesa draws on the CPU, by default with a thread for every core of the machine. */
function softwareGl(cpuCores: number): Record<string, string> {
  return { LIBGL_ALWAYS_SOFTWARE: "1", LP_NUM_THREADS: String(Math.max(1, Math.floor(cpuCores))) };
}
