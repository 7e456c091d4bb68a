// How long this process stood still while it measured: what a busy machine, a pause of the garbage
// collector or a lid that was closed adds to each figure, and what would otherwise be the node's fault.

import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Scope } from "@nearframe/shared/lifetime";

const LOOK_EVERY_MS = 10;
/** What an observation holds. */
const STALL_MS_MAX = 600_000;

export type LoopWatch = {
  /** The longest delay of the event loop up to now; nothing more is watched. */
  end(): number;
};

export function watchLoop(scope: Scope): LoopWatch {
  const delays = scope.own(monitorEventLoopDelay({ resolution: LOOK_EVERY_MS }), (delays) => void delays.disable());
  delays.enable();
  return {
    end() {
      delays.disable();
      // Each is told with the time between two looks in it; none at all is 0.
      return Math.min(STALL_MS_MAX, Math.max(0, delays.max / 1e6 - LOOK_EVERY_MS));
    },
  };
}
