// Programs that draw with X11: most of Debian's games.

import { findTitleCommand } from "../find-title-command.ts";
import type { PrepareProgram } from "../program.ts";

export const prepareNative: PrepareProgram = async ({ title, view, drawing }) => {
  const { command = [] } = title.manifest;
  const [name = "", ...args] = command;
  return {
    file: await findTitleCommand(title, name),
    args,
    environment: {
      SDL_AUDIODRIVER: "pulseaudio",
      ALSOFT_DRIVERS: "pulse",
      ...drawing,
    },
    folder: view.home,
  };
};
