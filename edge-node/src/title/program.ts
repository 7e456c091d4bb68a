// What a runtime makes of a title: a program to start. Runtimes know their
// technology; how programs are started, watched and ended is `launch.ts`.

import type { Title } from "@nearframe/shared/title/manifest";

export type Program = {
  /** Absolute path. */
  file: string;
  args: readonly string[];
  /** Added to what every title gets; the title's own manifest may override it. */
  environment: Readonly<Record<string, string>>;
  /** Working folder. */
  folder: string;
};

/** A title and the folder that it has as its home. */
export type ProgramOptions = { title: Title; home: string };

/** Rejects with `CommandMissingError` when this machine lacks what the title needs. */
export type PrepareProgram = (options: ProgramOptions) => Promise<Program>;
