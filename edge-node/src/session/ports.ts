// What a session needs from the machine under it. Each part is opened for one
// session, owned by the scope it is given, and closed with it.

import type { Scope } from "@nearframe/shared/lifetime";
import type { SaveGrant } from "@nearframe/shared/saves/save-grant";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import type { Title, TitleSize } from "@nearframe/shared/title/manifest";
import type { Bridge } from "../title/bridge/open-bridge.ts";
import type { InputSink, InputSinkEvents } from "../input/ports.ts";

/** A screen of a session's own. */
export interface Display {
  /** X display name, ":101", or the name of the device whose screen it is. */
  readonly name: string;
  readonly size: TitleSize;
  /** What a program needs in its environment to draw here (DISPLAY, XAUTHORITY). */
  readonly environment: Readonly<Record<string, string>>;
  /** Of the X server that lives in an IPC namespace of its own; undefined for one that doesn't. */
  readonly processId: number | undefined;
  /** File that the X server keeps its pixels in (XWD header, then BGRX rows), where it has one. */
  readonly framebufferPath: string | undefined;
  /** Settles when the display is gone, with why: closed by its owner, or died. */
  readonly closed: Promise<string>;
}
export type OpenDisplay = (size: TitleSize, scope: Scope) => Promise<Display>;

/** A sound card of a session's own. */
export interface Sound {
  readonly environment: Readonly<Record<string, string>>;
  /** Unix socket that gives what the title plays: s16le, 48 kHz, stereo. */
  readonly monitorSocketPath: string;
  /** Unix socket for what the title's microphone hears: s16le, 48 kHz, mono. Silent until written to; undefined where there is none. */
  readonly voiceSocketPath: string | undefined;
  readonly closed: Promise<string>;
}
export type OpenSound = (scope: Scope) => Promise<Sound>;

export type TitleExit = {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** It was ended for using more than it may: what, in a sentence. */
  exceeded?: string;
};

export interface RunningTitle {
  readonly exited: Promise<TitleExit>;
  /** The last lines that it printed, for the operator's log and the publisher. */
  lastOutput(): string;
  /** Where its runtime has a part that speaks with the node. */
  readonly bridge: Bridge | undefined;
  /** Nothing of it runs until `resume`. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** One that runs on this machine. */
export interface RunningProgram extends RunningTitle {
  readonly pid: number;
}

export type LaunchOptions = {
  title: Title;
  /** Private folder of this session, the title's HOME lies in it. */
  sessionFolder: string;
  display: Display;
  sound: Sound;
};
/** Rejects with `CommandMissingError` when the manifest's command is not on this machine. */
export type LaunchTitle = (options: LaunchOptions, scope: Scope) => Promise<RunningTitle>;
export type LaunchProgram = (options: LaunchOptions, scope: Scope) => Promise<RunningProgram>;

/**
 * The title as it lies on this machine, fetched first if need be, and kept there until `scope` closes.
 * Rejects with a sentence where it can't be had in time.
 */
export type FindTitle = (title: Title, source: TitleSource | undefined, scope: Scope) => Promise<Title>;

/** What a session's title keeps, on its way between home and server. */
export interface KeptSaves {
  /** The title has crashed: what it left is kept as such, beside the last archive before. */
  noteCrash(): void;
  /** When that was taken which the server has, by `performance.now()`; undefined before the first. */
  readonly savedAtMs: number | undefined;
}
export type KeepSavesOptions = {
  grant: SaveGrant;
  /**
   * Called once, told whether a save is to be laid into it; gives the title's home. One that takes a save MUST be
   * empty, and nobody else's until this returns.
   */
  openHome(restores: boolean): Promise<string>;
  savePaths: readonly string[];
};
/**
 * Resolves when the home holds the player's newest save; rejects where it could not be had. Closing `scope`
 * archives what there is: whatever writes to the home must be opened later, and the home itself earlier.
 */
export type KeepSaves = (options: KeepSavesOptions, scope: Scope) => Promise<KeptSaves>;

/** A title that was started before anybody asked for it, and is frozen since its first picture. */
export interface WarmTitle {
  /** Its private folder, as a session's. */
  readonly folder: string;
  readonly display: Display;
  readonly sound: Sound;
  readonly sink: InputSink;
  readonly running: RunningProgram;
  /** Owns folder, display, sound and sink. */
  readonly stage: Scope;
  /** Owns the running title; ends with the stage, or earlier. */
  readonly program: Scope;
  /** Who is told from now on what the title does to pads, and what is copied in it. */
  listen(listener: InputSinkEvents): void;
}

export interface WarmTitles {
  /** Whether one waits for whoever starts this. */
  has(title: Title, source: TitleSource | undefined): boolean;
  /** Its stage is `scope`'s from now on. */
  take(title: Title, source: TitleSource | undefined, scope: Scope): WarmTitle | undefined;
}

export class CommandMissingError extends Error {
  readonly code = "TITLE_COMMAND_MISSING";
}
