// Lets the pipeline run before the title when both want a core: a frame that waits
// for the scheduler is late for the player, a title that waits is not.

import { setPriority } from "node:os";

const NICE = -15;

/** Of the calling thread, and of threads that it starts later. Returns why not, where it is not allowed. */
export function raisePriority(): string | undefined {
  try {
    setPriority(NICE);
    return undefined;
  } catch (error) {
    return `The pipeline runs at normal priority, so that a busy title delays its frames: give the node CAP_SYS_NICE. (${(error as Error).message})`;
  }
}
