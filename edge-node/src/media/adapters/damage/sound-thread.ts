// Starts the thread that carries the sound, so that nothing of it can hold up a
// picture.

import { Worker } from "node:worker_threads";
import type { Scope } from "@nearframe/shared/lifetime";
import type { StartOptions } from "./messages.ts";

export type SoundThreadOptions = NonNullable<StartOptions["sound"]> & { wallOffsetMs: number };

export function openSoundThread(options: SoundThreadOptions, onFailed: (error: Error) => void, scope: Scope): void {
  const thread = new Worker(new URL("./sound-stream.ts", import.meta.url), { workerData: options });
  scope.own(thread, async (thread) => void (await thread.terminate()));
  const failed = (why: string) => {
    if (!scope.closed) onFailed(new Error(`The sound stopped: ${why}`));
  };
  thread.on("error", (error) => failed(error instanceof Error ? error.message : String(error)));
  thread.on("exit", (code) => failed(`its thread ended with code ${code}`));
}
