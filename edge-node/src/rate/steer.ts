// Moves the bitrate, the first of the three to follow a link.
//
// Delay is heard first, as it tells of a full link before anything is lost; then
// silence, which tells nothing; then loss; and when all is well, the way up.
// mediasoup's estimate is used where frames are not reported: it sees only what is
// sent, so it can't lead the way up (docs/adr/0003-rate-control.md).

import { climbStep, meetCeiling } from "./climb.ts";
import { forgetLeast, leastEchoMs, readPath, sentKbps, silentMs } from "./flight.ts";
import type { PathReading } from "./flight.ts";
import { endTrial, judgeLoss, repairMs } from "./loss.ts";
import { clampKbps, queueLimitMs, usefulKbps } from "./rate-state.ts";
import type { RateState } from "./rate-state.ts";
import { BACK_OFF, BACK_OFF_MIN, DRAIN_MS, PROVING_SHARE, QUEUE_MARGIN_MS, SILENCE_MS } from "./tuning.ts";

export function steer(state: RateState, nowMs: number): RateState {
  const { flight } = state;
  if (flight.lastHeardAtMs === undefined || nowMs - flight.lastHeardAtMs > FRAME_NEWS_MS_MAX) {
    if (silentMs(flight, nowMs) <= SILENCE_MS) return followEstimate(state, nowMs);
  }
  if (silentMs(flight, nowMs) > SILENCE_MS) return lowerBySilence(state, nowMs);

  const limitMs = queueLimitMs(state);
  const sinceMs = Math.max(state.climb.changedAtMs, state.excusedUntilMs);
  const path = readPath(flight, sinceMs, limitMs);
  if (isFull(state, path, limitMs, nowMs)) return backOff(state, path, nowMs);
  const judged = steerByLoss(state, nowMs);
  if (judged) return judged;
  return raise(state, path, limitMs, nowMs);
}

/** Without news of any frame for this long, the player does not report frames. */
const FRAME_NEWS_MS_MAX = 2_000;

/** More delay than a queue that is being drained already, and no sign of it falling by itself. */
function isFull({ drain }: RateState, path: PathReading, limitMs: number, nowMs: number): boolean {
  const { standingMs, falling, receivedKbps } = path;
  if (standingMs === undefined || receivedKbps === undefined || falling) return false;
  return standingMs > (nowMs < drain.untilMs ? drain.fromMs + QUEUE_MARGIN_MS : limitMs);
}

/** There is a queue: send what the link was seen to carry, less what lets the queue drain. */
function backOff(state: RateState, path: PathReading, nowMs: number): RateState {
  const { standingMs = 0, receivedKbps = state.kbps } = path;
  const linkKeepsUp = receivedKbps > 0.93 * sentKbps(state.flight, 300, nowMs);
  const unhelped = linkKeepsUp ? state.unhelped + 1 : 0;
  if (unhelped > UNHELPED_MAX) {
    return { ...state, flight: forgetLeast(state.flight, nowMs), unhelped: 0 };
  }
  const trusted = repairMs(state.loss) > 0 ? LOSSY_SHARE_MIN : CARRIED_SHARE_MIN;
  const carriesKbps = Math.min(state.kbps, Math.max(receivedKbps, state.kbps * trusted));
  const share = Math.min(BACK_OFF, Math.max(BACK_OFF_MIN, 1 - standingMs / DRAIN_MS));
  const drainedInMs = Math.min(DRAIN_MS, standingMs / (1 - share));
  // A link that carries more than was sent stood still for a moment: the queue has to go, the rate was right.
  const stalled = receivedKbps > STALLED_SHARE * state.kbps;
  const climb = stalled
    ? { ...state.climb, provenKbps: Math.max(state.climb.provenKbps, state.kbps), changedAtMs: nowMs }
    : meetCeiling(state.climb, carriesKbps, nowMs);
  return {
    ...state,
    kbps: clampKbps(carriesKbps * share, state.options),
    climb,
    loss: endTrial(state.loss),
    drain: { fromMs: standingMs, untilMs: nowMs + leastEchoMs(state.flight) + drainedInMs },
    unhelped,
    limit: "link-delay",
  };
}

const STALLED_SHARE = 1.2;

/**
 * A tenth of a second may fall into a stall, and frames that wait for repairs look
 * slow: what seems a deep fall is approached in steps. New frames are held meanwhile.
 */
const CARRIED_SHARE_MIN = 0.25;
const LOSSY_SHARE_MIN = 0.65;

/** A delay that two back-offs don't change is no queue: the path has become longer. */
const UNHELPED_MAX = 2;

function steerByLoss(state: RateState, nowMs: number): RateState | undefined {
  const [loss, verdict] = judgeLoss(state.loss, state.kbps, nowMs);
  const judged = { ...state, loss };
  switch (verdict.kind) {
    case "fine":
      return undefined;
    case "hold":
      return { ...judged, limit: "link-loss" };
    case "try-less":
    case "restore": {
      const kbps = clampKbps(verdict.kbps, state.options);
      return { ...judged, kbps, climb: { ...state.climb, changedAtMs: nowMs }, limit: "link-loss" };
    }
    case "limit-found":
      return { ...judged, climb: meetCeiling(state.climb, verdict.kbps, nowMs), limit: "link-loss" };
  }
}

function raise(state: RateState, path: PathReading, limitMs: number, nowMs: number): RateState {
  const newest = state.flight.arrivals.at(-1);
  const clean = path.standingMs !== undefined && path.standingMs < 0.7 * limitMs;
  if (!newest || !clean || state.heldSinceMs !== undefined) return state;
  if (state.kbps < state.options.maxKbps && sentKbps(state.flight, 300, nowMs) < PROVING_SHARE * state.kbps) {
    return { ...state, limit: "link-unproven" };
  }
  const step = climbStep(state.climb, {
    kbps: state.kbps,
    maxKbps: usefulKbps(state),
    path,
    newestSentAtMs: newest.sentAtMs,
    nowMs,
  });
  return { ...state, ...step, unhelped: 0 };
}

/** Silence says nothing about how much the link carries once it is back. */
const SILENT_SHARE_MIN = 0.25;

function lowerBySilence(state: RateState, nowMs: number): RateState {
  if (nowMs < state.silenceStepAtMs) return state;
  const provenKbps = Math.max(state.climb.provenKbps, state.kbps);
  const kbps = Math.max(state.kbps / 2, provenKbps * SILENT_SHARE_MIN);
  return {
    ...state,
    kbps: clampKbps(kbps, state.options),
    climb: { ...state.climb, starting: false, provenKbps, changedAtMs: nowMs },
    loss: endTrial(state.loss),
    silenceStepAtMs: nowMs + SILENCE_MS,
    limit: "link-silent",
  };
}

/** A player that reports frames has done so by then. */
const FIRST_NEWS_MS = 1_000;
/** An estimate older than this has stopped coming. */
const ESTIMATE_MS_MAX = 5_000;
/** mediasoup's estimate tells of an overload late, so it is not used up. */
const ESTIMATE_SHARE = 0.85;
const ESTIMATE_STEP = 1.1;
const ESTIMATE_STEP_MS = 300;

/** For players whose browser reports no frames. */
function followEstimate(state: RateState, nowMs: number): RateState {
  const { estimate, climb } = state;
  const judged = steerByLoss(state, nowMs);
  if (judged) return judged;
  // At first the estimate is only what the transport was told to begin with.
  if (nowMs - state.startedAtMs < FIRST_NEWS_MS || !estimate || nowMs - estimate.atMs > ESTIMATE_MS_MAX) return state;
  const goalKbps = clampKbps(estimate.kbps * ESTIMATE_SHARE, { ...state.options, maxKbps: usefulKbps(state) });
  if (goalKbps <= state.kbps) {
    return { ...state, kbps: goalKbps, climb: { ...climb, changedAtMs: nowMs }, limit: "link-delay" };
  }
  if (nowMs - climb.changedAtMs < ESTIMATE_STEP_MS) return state;
  return {
    ...state,
    kbps: Math.min(goalKbps, state.kbps * ESTIMATE_STEP),
    climb: { ...climb, changedAtMs: nowMs },
    limit: "link-delay",
  };
}
