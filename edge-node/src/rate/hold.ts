// When to take no new frame: while those under way are overdue, a new one would
// only join their queue, and be old when it is shown.

import { leastEchoMs, overdueMs } from "./flight.ts";
import { repairMs, secondRepairMs } from "./loss.ts";
import type { RateState } from "./rate-state.ts";
import { EXCUSE_MS_MAX, HOLD_AGE_MS, HOLD_MS_MAX } from "./tuning.ts";

/** A hold that did not help pauses for a frame: what it shows to be missing, the player asks for again. */
const HOLD_PAUSE_MS = 34;

export function holdSince(state: RateState, nowMs: number): number | undefined {
  const { heldSinceMs } = state;
  if (overdueMs(state.flight, nowMs) <= holdAgeMs(state, nowMs)) return undefined;
  // While news comes the queue drains, and the hold is doing its work.
  const latestMs = Math.max(heldSinceMs ?? nowMs, state.flight.lastHeardAtMs ?? nowMs);
  return nowMs - latestMs >= HOLD_MS_MAX + HOLD_PAUSE_MS ? nowMs : latestMs;
}

/** `heldSinceMs` moves along while frames come. */
export function isHeld(heldSinceMs: number | undefined, nowMs: number): boolean {
  return heldSinceMs !== undefined && nowMs - heldSinceMs < HOLD_MS_MAX;
}

function holdAgeMs(state: RateState, nowMs: number): number {
  const excuseMs = nowMs < state.excusedUntilMs + leastEchoMs(state.flight) ? EXCUSE_MS_MAX : 0;
  // All later frames wait for one that waits for a repair, and a hold would only lengthen the freeze by
  // its own time: what is missing at the end of the last frame shows when another one is sent.
  return HOLD_AGE_MS + repairMs(state.loss) + secondRepairMs(state.loss) + excuseMs;
}
