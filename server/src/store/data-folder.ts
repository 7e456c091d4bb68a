// The folder where this server keeps what must last, for this server alone.

import { createHash } from "node:crypto";
import { access, constants, mkdir, realpath } from "node:fs/promises";
import { createServer } from "node:net";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../log.ts";

/** The message is one sentence for the operator. */
export class DataFolderError extends Error {
  readonly code = "DATA_FOLDER_UNUSABLE";
}

/** Makes the folder if need be and claims it. Two databases on one folder would destroy it. */
export async function claimDataFolder(folder: string, log: Log, scope: Scope): Promise<void> {
  await makeFolder(folder);
  if (process.platform !== "linux") {
    log.warn("on this system nothing keeps two servers off one data folder; start only one");
    return;
  }
  // A socket in Linux's abstract namespace is the one lock that needs no clean-up:
  // it goes with the process, however the process goes. Nobody ever connects to it.
  const name = createHash("sha256").update(await realpath(folder)).digest("hex");
  const lock = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    lock.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      reject(
        new DataFolderError(
          `Another Nearframe server uses the data folder ${folder}: stop it, or give this one its own with NEARFRAME_DATA.`,
        ),
      );
    });
    lock.listen(`\0nearframe-${name}`, resolve);
  });
  lock.unref();
  scope.own(lock, (lock) => new Promise<void>((resolve) => lock.close(() => resolve())));
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `The data folder ${folder} can't be used (${code}): give the server rights there, or choose another with NEARFRAME_DATA.`;
    throw new DataFolderError(message, { cause: error });
  }
}
