// When does a picture that stands need a keyframe that nobody asked for?
//
// A player asks for a lost packet at once, and for its repair, if that is lost too,
// only 100 ms later: a browser that only receives knows no round trip (libwebrtc's
// nack_requester.cc, kDefaultRtt). By then every frame in between has been in vain.
// The node hears of the frames that are shown, so it knows sooner: once a frame and a
// repair of it are overdue, a keyframe gets the picture going in half a round trip.

import { silentMs, usualLateMs } from "./flight.ts";
import { frameIntervalMs } from "./rate-state.ts";
import type { RateState } from "./rate-state.ts";
import { DISPLAY_MS, QUEUE_MARGIN_MS, RECOVERY_GROWTH, RECOVERY_LOSS_MIN, RECOVERY_MS_MIN } from "./tuning.ts";

export type Recovery = {
  /** When the next keyframe may be asked for in the silence that began at `sinceMs`, and after how long the one after it. */
  readonly sinceMs: number | undefined;
  readonly nextAtMs: number;
  readonly waitMs: number;
};

export const NO_RECOVERY: Recovery = { sinceMs: undefined, nextAtMs: -Infinity, waitMs: RECOVERY_MS_MIN };

/** Says whether the next frame shall be a keyframe. */
export function recover(state: RateState, nowMs: number): [Recovery, boolean] {
  const { recovery, flight, loss } = state;
  // Frames that queue are late as well, and a keyframe would only join them: so at once only where packets
  // are lost, enough for repairs to be among them, and most frames before the silence were in time.
  const repairsAreLost = loss.recentFraction >= RECOVERY_LOSS_MIN && usualLateMs(flight) <= QUEUE_MARGIN_MS;
  if (silentMs(flight, nowMs) < (repairsAreLost ? repairRoundMs(state) : GIVEN_UP_MS)) return [recovery, false];
  const same = recovery.sinceMs === flight.lastHeardAtMs;
  // Into a path that is dead one is enough: when it is back, more would only queue before the frames.
  if (nowMs < recovery.nextAtMs || (same && !repairsAreLost)) return [recovery, false];
  const waitMs = same ? recovery.waitMs * RECOVERY_GROWTH : Math.max(RECOVERY_MS_MIN, repairRoundMs(state));
  return [{ sinceMs: flight.lastHeardAtMs, nextAtMs: nowMs + waitMs, waitMs }, true];
}

/**
 * When a keyframe will be needed if nothing is heard until then, for whoever runs the controller:
 * its other events come too seldom. Undefined where none is near.
 */
export function recoveryDueAtMs(state: RateState, nowMs: number): number | undefined {
  const leftMs = repairRoundMs(state) - silentMs(state.flight, nowMs);
  const overdue = silentMs(state.flight, nowMs) > 0 && state.loss.recentFraction >= RECOVERY_LOSS_MIN;
  return overdue && leftMs > 0 ? nowMs + leftMs : undefined;
}

/**
 * What a repair adds to a frame's time: the next frame shows what is missing, and the display has
 * its own beat. On a long path the player's second request is as fast as a keyframe would be; what
 * is late then was lost three times.
 */
function repairRoundMs(state: RateState): number {
  const { roundTripMs = 0 } = state.loss;
  const askedTwiceMs = roundTripMs > LONG_ROUND_TRIP_MS ? ASKED_AGAIN_MS : 0;
  return roundTripMs + frameIntervalMs(state) + DISPLAY_MS + askedTwiceMs;
}

/**
 * A player that asked ten times has given a packet up (kMaxNackRetries; it asks every round trip, 20 ms at
 * least), and may go on only with a keyframe, for which it asks after 3 s (kMaxWaitForFrame). So does one whose
 * requests did not come through for as long.
 */
const GIVEN_UP_MS = 500;
/** libwebrtc's kDefaultRtt. */
const ASKED_AGAIN_MS = 100;
/** Where 2.5 round trips and a frame (the keyframe's way) come to more than 1.5 and `ASKED_AGAIN_MS`. */
const LONG_ROUND_TRIP_MS = 60;
