// The rate controller: what it knows, an event and the time go in; what it knows
// then, and what encoder and capture should do, come out.
//
//   event -> hear -> steer (bitrate) -> decide (frame rate, size, hold) -> decision
//
// Pure. Whoever runs it feeds it each event as it happens and a tick every 50 ms,
// and hands a changed decision to the pipeline before the next frame.

import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import { startClimb } from "./climb.ts";
import type { RateDecision, RateEvent, RateOptions, SentFrame } from "./events.ts";
import { EMPTY_FLIGHT, forgetUnderWay, noteReceived, noteSent } from "./flight.ts";
import { holdSince, isHeld } from "./hold.ts";
import { climbLadder, makeLadder, TOP_OF_LADDER } from "./ladder.ts";
import { noteLoss, NO_LOSS } from "./loss.ts";
import { noteEncoder, notePlayer, NO_PRESSURE, settlePressure } from "./pressure.ts";
import { NO_RECOVERY, recover } from "./recovery.ts";
import { clampKbps, frameIntervalMs, rungOf } from "./rate-state.ts";
import type { RateState } from "./rate-state.ts";
import { steer } from "./steer.ts";
import { CRUISE, EXCUSE_MS_MAX } from "./tuning.ts";

export type { RateState } from "./rate-state.ts";

export function startRate(options: RateOptions, nowMs: number): [RateState, RateDecision] {
  const state: RateState = {
    options,
    startedAtMs: nowMs,
    ladder: makeLadder(options),
    kbps: clampKbps(options.startKbps, options),
    flight: EMPTY_FLIGHT,
    climb: startClimb(nowMs),
    loss: NO_LOSS,
    pressure: NO_PRESSURE,
    rung: TOP_OF_LADDER,
    estimate: undefined,
    excusedUntilMs: -Infinity,
    heldSinceMs: undefined,
    drain: { fromMs: 0, untilMs: -Infinity },
    silenceStepAtMs: -Infinity,
    unhelped: 0,
    recovery: NO_RECOVERY,
    limit: "starting",
  };
  return decide(state, nowMs);
}

export function controlRate(state: RateState, event: RateEvent, nowMs: number): [RateState, RateDecision] {
  return decide(steer(hear(state, event, nowMs), nowMs), nowMs);
}

/** Nothing more will be heard of the frames under way, for no fault of the link. */
export function loseSight(state: RateState, nowMs: number): [RateState, RateDecision] {
  return decide({ ...state, flight: forgetUnderWay(state.flight, nowMs) }, nowMs);
}

/** Takes note of an event, and decides nothing. */
function hear(state: RateState, event: RateEvent, nowMs: number): RateState {
  const { fps } = rungOf(state);
  switch (event.type) {
    case "frame-sent":
      return excuse({ ...state, flight: noteSent(state.flight, event.frame, nowMs) }, event.frame, nowMs);
    case "frames-received":
      return { ...state, flight: noteReceived(state.flight, event.frames, nowMs) };
    case "bandwidth-estimated":
      return { ...state, estimate: { kbps: event.availableKbps, atMs: nowMs } };
    case "loss-reported":
      // A report that reaches back into silence tells of that, and of nothing that a lower rate could heal.
      if (nowMs < state.silenceStepAtMs + LOSS_OF_SILENCE_MS) return state;
      return { ...state, loss: noteLoss(state.loss, event.lossFraction, event.roundTripMs) };
    case "encoder-reported":
      return { ...state, pressure: noteEncoder(state.pressure, event.report, fps, nowMs) };
    case "player-reported":
      return { ...state, pressure: notePlayer(state.pressure, event.report, fps, nowMs) };
    case "ticked":
      return state;
  }
}

/** A receiver report covers a second, and comes a little later. */
const LOSS_OF_SILENCE_MS = 1_500;

/** A frame of this many times its share is a keyframe or a change of scene. */
const LARGE_FRAME = 2.5;

/** A large frame makes its own queue, which says nothing about the link and drains through what is left of it. */
function excuse(state: RateState, { bytes, keyframe }: SentFrame, nowMs: number): RateState {
  // One that shall end a silence is no reason to look away from what made the silence.
  if (keyframe && nowMs < state.recovery.nextAtMs) return state;
  const usualBytes = (state.kbps * frameIntervalMs(state)) / 8;
  if (bytes < LARGE_FRAME * usualBytes || nowMs < state.excusedUntilMs) return state;
  const drainedInMs = ((bytes - usualBytes) * 8) / (state.kbps * (1 - CRUISE));
  return { ...state, excusedUntilMs: nowMs + Math.min(EXCUSE_MS_MAX, drainedInMs) };
}

/** Puts the bitrate into a picture, and says so. */
function decide(state: RateState, nowMs: number): [RateState, RateDecision] {
  const pressure = settlePressure(state.pressure, state.ladder.length, nowMs);
  // Starting, and on the way back from silence, the picture keeps its shape until the link turns out to be full.
  const { starting, provenKbps } = state.climb;
  const worthKbps = Math.max(state.kbps, starting ? state.options.startKbps : provenKbps);
  const rung = climbLadder(state.ladder, state.rung, worthKbps, pressure.floorRung, nowMs);
  const heldSinceMs = holdSince({ ...state, rung }, nowMs);
  const [recovery, keyframe] = recover({ ...state, rung }, nowMs);
  const next = { ...state, pressure, rung, heldSinceMs, recovery };
  const { fps, size } = rungOf(next);
  return [
    next,
    { bitrateKbps: Math.round(next.kbps), fps, size, hold: isHeld(heldSinceMs, nowMs), keyframe, limit: limitOf(next) },
  ];
}

/** The nearest limit, in the order in which it hurts. */
function limitOf(state: RateState): StreamLimit {
  const { limit, pressure, kbps } = state;
  if (limit === "link-silent") return limit;
  if (pressure.by && state.rung.rung <= pressure.floorRung) return pressure.by;
  return kbps >= state.options.maxKbps && limit !== "link-loss" ? "none" : limit;
}
