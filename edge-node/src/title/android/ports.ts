// What the Android runtime needs of a device. Files here know Android's commands, not how they get there.

import type { Readable } from "node:stream";
import type { Adb } from "@yume-chan/adb";

export type CommandOptions = {
  timeoutMs?: number;
  /** Given to the command, and then the end of its input. */
  input?: Readable;
};

export class DeviceCommandError extends Error {
  readonly code = "DEVICE_COMMAND";
  readonly exitCode: number;
  constructor(command: string, exitCode: number, said: string) {
    super(`"${command}" ended with ${exitCode}: ${said.trim().slice(-300) || "it said nothing"}`);
    this.exitCode = exitCode;
  }
}

export interface AndroidDevice {
  readonly name: string;
  /** For scrcpy, which brings its own way to use it. */
  readonly adb: Adb;
  /** Settles when the connection is gone. */
  readonly gone: Promise<string>;
  /** Each word reaches the command as it is. Resolves with what it printed; rejects with `DeviceCommandError`. */
  run(words: readonly string[], options?: CommandOptions): Promise<string>;
  /** The same for output that is no text. `use` reads it to its end. */
  read(words: readonly string[], use: (output: Readable) => Promise<void>, options?: CommandOptions): Promise<void>;
  push(localFile: string, deviceFile: string): Promise<void>;
}
