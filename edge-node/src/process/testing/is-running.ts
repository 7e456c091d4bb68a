// Tells whether a process still runs; one that has ended and was not yet collected does not.

import { readFileSync } from "node:fs";

export function isRunning(pid: number): boolean {
  try {
    // The state stands after the name, which may itself hold brackets.
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return false;
    throw error;
  }
}
