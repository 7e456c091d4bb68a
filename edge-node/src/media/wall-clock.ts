// Ties the machine's monotonic clock to the time of day, for the timestamps that
// leave the machine.

import { machineMs } from "../input/mark.ts";

/**
 * Add to `machineMs()` for milliseconds since the Unix epoch. Taken once per
 * pipeline and shared by its streams: a step of the system clock must not pull
 * sound and picture apart.
 */
export function wallOffsetMs(): number {
  return Date.now() - machineMs();
}
