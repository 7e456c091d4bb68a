// What the adapters of FFmpeg's libraries share.

import { FFmpegError } from "node-av/lib";

/** libav returns negative numbers for errors. */
export function check(result: number, who: string, doing: string): void {
  if (result < 0) throw new Error(`${who}: ${doing} failed: ${new FFmpegError(result).message}`);
}
