// What a runtime makes of a title: a program to start. Runtimes know their
// technology; how programs are started, watched and ended is `launch.ts`.

import type { Title } from "@nearframe/shared/title/manifest";
import type { TitleView } from "../sandbox/ports.ts";

export type Program = {
  /** Absolute path. */
  file: string;
  args: readonly string[];
  /** Added to what every title gets; the title's own manifest may override it. */
  environment: Readonly<Record<string, string>>;
  /** Working folder. */
  folder: string;
  /** Files and folders of the node's own, at the same path inside a sandbox, that the program consists of. */
  needs?: readonly string[];
  /** Folders of the machine that stay empty for it, but for what it needs of them. */
  hides?: readonly string[];
  /** A part of it speaks with the node (`bridge/`). */
  bridged?: boolean;
  /** It starts sandboxes of its own inside ours, as browsers do. */
  nestsSandboxes?: boolean;
};

export type ProgramOptions = {
  title: Title;
  /** The folder that becomes the title's home, as the node sees it. */
  homeFolder: string;
  /** Home and title folder as the title will see them. */
  view: TitleView;
  /** How it draws: by the card that it was given, or by the processor. */
  drawing: Readonly<Record<string, string>>;
  /** It was given a card. */
  onCard: boolean;
  /** It runs as a user without privileges, whoever runs the node. */
  confined: boolean;
};

/** Rejects with `CommandMissingError` when this machine lacks what the title needs. */
export type PrepareProgram = (options: ProgramOptions) => Promise<Program>;
