// Limits that no network made: an encoder or a decoder that can't keep up. They
// set the highest rung of the ladder, one at a time, and try again after a while.

import type { EncoderReport, PlayerReport } from "./events.ts";

export type Pressed = "node-encoder" | "player-decoder";

export type PressureState = {
  readonly floorRung: number;
  readonly by: Pressed | undefined;
  /** Reports in a row that complained. */
  readonly complaints: Readonly<Record<Pressed, number>>;
  readonly changedAtMs: number;
  /** When a rung more was last tried. */
  readonly raisedAtMs: number;
  /** When it will be. */
  readonly retryAtMs: number;
  readonly retryMs: number;
};

/** One slow second happens; two in a row are a habit. */
const COMPLAINTS = 2;
/** After a change, reports about the time before it still come. */
const SETTLE_MS = 1_500;
const RETRY_MS = 10_000;
const RETRY_MS_MAX = 160_000;
/** Of a frame's time: above it frames queue now and then. */
const BUSY_SHARE = 0.85;
const DROPPED_SHARE = 0.1;
const PACER_QUEUE_MS = 30;

export const NO_PRESSURE: PressureState = {
  floorRung: 0,
  by: undefined,
  complaints: { "node-encoder": 0, "player-decoder": 0 },
  changedAtMs: -Infinity,
  raisedAtMs: -Infinity,
  retryAtMs: Infinity,
  retryMs: RETRY_MS,
};

export function noteEncoder(state: PressureState, report: EncoderReport, fps: number, nowMs: number): PressureState {
  const busy =
    report.encodeMs > (BUSY_SHARE * 1_000) / fps || report.backlogFrames >= 2 || report.pacerQueueMs > PACER_QUEUE_MS;
  return noteReport(state, "node-encoder", busy, nowMs);
}

export function notePlayer(state: PressureState, report: PlayerReport, fps: number, nowMs: number): PressureState {
  const frames = report.framesReceived + report.framesDropped;
  const busy =
    report.decodeMs > (BUSY_SHARE * 1_000) / fps || (frames > 0 && report.framesDropped / frames > DROPPED_SHARE);
  return noteReport(state, "player-decoder", busy, nowMs);
}

/** Tries a rung more when its time has come; `rungs` is the length of the ladder. */
export function settlePressure(state: PressureState, rungs: number, nowMs: number): PressureState {
  const by = (["node-encoder", "player-decoder"] as const).find((side) => state.complaints[side] >= COMPLAINTS);
  if (by && nowMs - state.changedAtMs >= SETTLE_MS && state.floorRung < rungs - 1) {
    // Complaints soon after a retry: that rung is too much, and is left alone for longer.
    const again = nowMs - state.raisedAtMs < RETRY_MS;
    const retryMs = again ? Math.min(RETRY_MS_MAX, state.retryMs * 2) : RETRY_MS;
    return {
      ...state,
      floorRung: state.floorRung + 1,
      by,
      complaints: NO_PRESSURE.complaints,
      changedAtMs: nowMs,
      retryAtMs: nowMs + retryMs,
      retryMs,
    };
  }
  if (nowMs >= state.retryAtMs && state.floorRung > 0) {
    const floorRung = state.floorRung - 1;
    return {
      ...state,
      floorRung,
      by: floorRung > 0 ? state.by : undefined,
      complaints: NO_PRESSURE.complaints,
      changedAtMs: nowMs,
      raisedAtMs: nowMs,
      retryAtMs: floorRung > 0 ? nowMs + state.retryMs : Infinity,
    };
  }
  return state;
}

function noteReport(state: PressureState, side: Pressed, busy: boolean, nowMs: number): PressureState {
  if (nowMs - state.changedAtMs < SETTLE_MS) return state;
  return { ...state, complaints: { ...state.complaints, [side]: busy ? state.complaints[side] + 1 : 0 } };
}
