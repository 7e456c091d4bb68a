// Where a title is confined. A title is a stranger's program: what it may see,
// reach and use is said here as a value, and an adapter makes it so.

import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleCard } from "../graphics/graphics.ts";
import type { Program } from "../title/program.ts";

/** Inside a sandbox a title finds the same paths on every node, so that what it saves names them too. */
export type TitleView = { readonly home: string; readonly titleFolder: string };

export type ResourceLimits = {
  memoryMb: number;
  cpuCores: number;
  /** Processes and threads together. */
  tasks: number;
  /** All files of the home together. */
  diskMb: number;
  filesInHome: number;
};

export type Confinement = {
  program: Program;
  /** All that the title gets of an environment. */
  environment: Readonly<Record<string, string>>;
  /** Outside: the folder that the title has as its home, and may write. */
  homeFolder: string;
  /** Outside: the publisher's files, to be read. */
  titleFolder: string;
  /** Outside -> inside: sockets and small files of this session alone. */
  sessionFiles: Readonly<Record<string, string>>;
  /** Process in whose IPC namespace the display lives; undefined where it lives in the machine's. */
  displayPid: number | undefined;
  network: boolean;
  /** With a network: the names that it may look up, and all that it may reach; undefined: whatever is public. */
  networkNames: readonly string[] | undefined;
  /** A browser makes sandboxes of its own, and needs the system calls for it. */
  nestsSandboxes: boolean;
  limits: ResourceLimits;
  /** The graphics card that it draws on; no other device of the machine is there for it. */
  card: Pick<TitleCard, "devices" | "facts" | "groups"> | undefined;
};

export type Exceeded = "memory" | "disk" | "files" | "tasks";

export type ConfinedExit = {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** It was ended because it used more than it may; a sentence that says of what. */
  exceeded?: string;
};

export interface ConfinedProgram {
  readonly pid: number;
  readonly exited: Promise<ConfinedExit>;
  lastOutput(): string;
  /** Nothing of it runs until `resume`; both settle when the kernel says so. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export interface Sandbox {
  readonly name: "bubblewrap" | "none";
  /** What this machine lacks for it, in sentences for the operator. */
  readonly notices: readonly string[];
  view(folders: { homeFolder: string; titleFolder: string }): TitleView;
  start(confinement: Confinement, scope: Scope): Promise<ConfinedProgram>;
}
