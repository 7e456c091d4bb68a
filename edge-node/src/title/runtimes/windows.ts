// Windows programs, by Wine: each session has a Windows of its own.
//
// A program runs on a desktop of Wine's as large as the title, so that its windows
// and dialogs have a manager, and a game that asks for full screen gets the whole.

import { isAbsolute, join } from "node:path";
import { PREFIX_FOLDER, WINE_ENVIRONMENT, type WinePrefixes } from "../windows/prefix.ts";
import type { Wine } from "../windows/wine.ts";
import { findCommand } from "../../process/find-command.ts";
import { CommandMissingError } from "../../session/ports.ts";
import type { PrepareProgram } from "../program.ts";

export type WindowsRuntime = { wine: Wine; prefixes: WinePrefixes };

export const prepareWindows =
  (open: () => Promise<WindowsRuntime | undefined>): PrepareProgram =>
  async ({ title, homeFolder, view, drawing }) => {
    const { command = [], size, name } = title.manifest;
    const runtime = await open();
    if (!runtime) throw new CommandMissingError(`"${name}" is a Windows title, and Wine is not on this node. Install it with: apt-get install wine64`);
    const [program = "", ...args] = command;
    await runtime.prefixes.layInto(homeFolder);
    const own = isAbsolute(program) ? undefined : await findCommand(program, [title.folder], "readable");
    return {
      file: runtime.wine.file,
      args: ["explorer.exe", `/desktop=title,${size.width}x${size.height}`, own ? join(view.titleFolder, program) : program, ...args],
      environment: {
        ...WINE_ENVIRONMENT,
        WINEPREFIX: join(view.home, PREFIX_FOLDER),
        ...drawing,
      },
      folder: view.home,
    };
  };

