// Tells the capturing process which input the title has been given, without a
// message: 24 bytes in a file on tmpfs, read right before each frame's pixels.
//
//   0 u32 seq | 4 u32 reserved | 8 f64 appliedAtMs | 16 f64 reserved   (little-endian)
//
// One `write` of 24 bytes at offset 0 is seen whole by a `read` of the same: both
// hold the inode's lock for as long.

import fs from "node:fs";
import type { Scope } from "@nearframe/shared/lifetime";

export const INPUT_MARK_BYTES = 24;

export interface InputMark {
  readonly path: string;
  /** `appliedAtMs`: this machine's CLOCK_MONOTONIC. */
  write(seq: number, appliedAtMs: number): void;
}

export function createInputMark(path: string, scope: Scope): InputMark {
  const fd = scope.own(fs.openSync(path, "wx+", 0o600), (fd) => {
    fs.closeSync(fd);
    fs.rmSync(path, { force: true });
  });
  const bytes = Buffer.alloc(INPUT_MARK_BYTES);
  const write = (seq: number, appliedAtMs: number) => {
    bytes.writeUInt32LE(seq, 0);
    bytes.writeDoubleLE(appliedAtMs, 8);
    fs.writeSync(fd, bytes, 0, INPUT_MARK_BYTES, 0);
  };
  write(0, 0);
  return { path, write };
}

/** CLOCK_MONOTONIC in ms: the same in every process of this machine, unlike `performance.now()`. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
