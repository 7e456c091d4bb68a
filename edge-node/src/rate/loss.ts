// Is the loss ours? Loss with delay is a full queue, and the delay says so first.
// Loss without delay is either a bottleneck with hardly any queue, which less
// traffic heals, or a radio that loses whatever is sent, where less traffic only
// costs picture. So it is tried: send less for a while and see.

import { LOSS_FLOOR_MS, LOSS_HOLD, LOSS_HOLD_MS, LOSS_TRIAL, LOSS_TRIAL_MS } from "./tuning.ts";

export type LossState = {
  readonly recentFraction: number;
  readonly roundTripMs: number | undefined;
  /** What the link loses whatever is sent, as far as is known. */
  readonly floor: { readonly fraction: number; readonly untilMs: number };
  /** Since when loss has kept the rate from rising. */
  readonly heldSinceMs: number | undefined;
  readonly trial: { readonly fraction: number; readonly fromKbps: number; readonly endsAtMs: number } | undefined;
};

export const NO_LOSS: LossState = {
  recentFraction: 0,
  roundTripMs: undefined,
  floor: { fraction: 0, untilMs: -Infinity },
  heldSinceMs: undefined,
  trial: undefined,
};

/** What to do about loss now. */
export type LossVerdict =
  | { kind: "fine" }
  /** Don't send more. */
  | { kind: "hold" }
  | { kind: "try-less"; kbps: number }
  /** Less traffic did not help: what was sent before was right. */
  | { kind: "restore"; kbps: number }
  /** Less traffic helped: the limit lies between. */
  | { kind: "limit-found"; kbps: number };

export function noteLoss(loss: LossState, lossFraction: number, roundTripMs: number): LossState {
  // Reports come about once a second and cover hundreds of packets: light smoothing is enough.
  const recentFraction = 0.25 * loss.recentFraction + 0.75 * lossFraction;
  return { ...loss, recentFraction, roundTripMs: leastRoundTrip(loss.roundTripMs, roundTripMs) };
}

export function judgeLoss(loss: LossState, kbps: number, nowMs: number): [LossState, LossVerdict] {
  const floor = nowMs < loss.floor.untilMs ? loss.floor.fraction : 0;
  if (loss.trial) return judgeTrial(loss, loss.trial, nowMs);
  const beyondFloor = loss.recentFraction - floor;
  if (beyondFloor >= LOSS_TRIAL) {
    const trial = { fraction: loss.recentFraction, fromKbps: kbps, endsAtMs: nowMs + LOSS_TRIAL_MS };
    return [{ ...loss, trial, heldSinceMs: undefined }, { kind: "try-less", kbps: kbps * Math.max(0.3, 0.95 - loss.recentFraction) }];
  }
  if (beyondFloor < LOSS_HOLD) return [{ ...loss, heldSinceMs: undefined }, { kind: "fine" }];
  const heldSinceMs = loss.heldSinceMs ?? nowMs;
  if (nowMs - heldSinceMs < LOSS_HOLD_MS) return [{ ...loss, heldSinceMs }, { kind: "hold" }];
  // It stayed although nothing more was sent: it is the link's own.
  return [{ ...withFloor(loss, loss.recentFraction, nowMs), heldSinceMs: undefined }, { kind: "fine" }];
}

/** Whatever else lowered the rate meanwhile: the trial's question is answered otherwise. */
export function endTrial(loss: LossState): LossState {
  return loss.trial ? { ...loss, trial: undefined } : loss;
}

/** Below this, repairs are rare enough to be told from a queue by the frames beside them. */
const REPAIRED_FRACTION_MIN = 0.003;
const REPAIR_ROUNDS_MAX = 3;

/**
 * How long most frames wait for packets that are sent again, which is no queue: a
 * round trip for each round until, of a frame of some thirty packets, hardly any is
 * missing (30 p^rounds = 0.2).
 */
export function repairMs({ recentFraction, roundTripMs }: LossState): number {
  if (recentFraction < REPAIRED_FRACTION_MIN || roundTripMs === undefined) return 0;
  const rounds = Math.ceil(Math.log(0.2 / 30) / Math.log(Math.min(0.9, recentFraction)));
  return Math.min(REPAIR_ROUNDS_MAX, rounds) * roundTripMs + 10;
}

/**
 * More patience where a repair may have been lost as well. A browser that only receives
 * knows no round trip and asks again after 100 ms (libwebrtc's nack_requester.cc,
 * kDefaultRtt). Simulated: 120 lets a queue on interfered Wi-Fi grow by 40 ms, 60 by none.
 */
export function secondRepairMs({ recentFraction }: LossState): number {
  return recentFraction < REPAIRED_FRACTION_MIN ? 0 : SECOND_REPAIR_MS;
}

const SECOND_REPAIR_MS = 60;

function judgeTrial(
  loss: LossState,
  trial: NonNullable<LossState["trial"]>,
  nowMs: number,
): [LossState, LossVerdict] {
  if (nowMs < trial.endsAtMs) return [loss, { kind: "hold" }];
  const over = { ...loss, trial: undefined };
  if (loss.recentFraction < 0.5 * trial.fraction) return [over, { kind: "limit-found", kbps: trial.fromKbps }];
  const fraction = Math.max(loss.recentFraction, trial.fraction);
  return [withFloor(over, fraction, nowMs), { kind: "restore", kbps: trial.fromKbps }];
}

function withFloor(loss: LossState, fraction: number, nowMs: number): LossState {
  return { ...loss, floor: { fraction, untilMs: nowMs + LOSS_FLOOR_MS } };
}

/** The path's own round trip: queues only add to it. Forgets slowly, as paths do change. */
function leastRoundTrip(least: number | undefined, roundTripMs: number): number | undefined {
  if (!Number.isFinite(roundTripMs) || roundTripMs <= 0) return least;
  return least === undefined ? roundTripMs : Math.min(roundTripMs, least * 1.02);
}
