// Holds a program back until something that it needs is there.

import { execFile } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Scope } from "@nearframe/shared/lifetime";

export type Gate = {
  /** Reading it waits; for a child, closed by the caller. */
  readonly forChild: number;
  open(): void;
};

export async function openGate(scope: Scope): Promise<Gate> {
  const path = join(tmpdir(), `nearframe-gate-${randomUUID()}`);
  await promisify(execFile)("mkfifo", ["-m", "600", path]);
  try {
    // With both ends in one descriptor neither opening waits for the other.
    const forChild = openSync(path, constants.O_RDWR);
    const mine = scope.own(openSync(path, constants.O_RDWR), closeSync);
    return { forChild, open: () => void writeSync(mine, "\n") };
  } finally {
    unlinkSync(path);
  }
}
