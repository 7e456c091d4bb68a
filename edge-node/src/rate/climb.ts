// How a rate goes up again: fast where the link is known to carry it, in small
// steps where it is not, and after a while beyond a limit that was met.
//
//   starting --limit met--> below a ceiling --its time, or the link got wider--> beyond it
//      |                        ^                                                   |
//      +--top--> no ceiling     +------------------- limit met again --------------+

import type { PathReading } from "./flight.ts";
import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import { CRUISE, OBSERVE_BEYOND_MS, OBSERVE_MS, RETREAT_MS, RETRY_GROWTH, RETRY_MS, RETRY_MS_MAX, STEP } from "./tuning.ts";

/** A rate at which the link was seen to be full. */
export type Ceiling = {
  /** The best guess at what the link carries: where it was met, or a rate beyond that which worked. */
  readonly kbps: number;
  readonly metKbps: number;
  readonly failures: number;
  readonly retryAtMs: number;
  /** What a kilobyte cost while the rate stayed just below; tells when the link gets wider. */
  readonly msPerKilobyte: number | undefined;
};

export type ClimbState = {
  readonly starting: boolean;
  readonly ceiling: Ceiling | undefined;
  /** A rate that worked before something other than a full link stopped it. */
  readonly provenKbps: number;
  /** When the rate was changed last: what was sent before says nothing about it. */
  readonly changedAtMs: number;
};

export function startClimb(nowMs: number): ClimbState {
  return { starting: true, ceiling: undefined, provenKbps: 0, changedAtMs: nowMs };
}

/** Rates no further apart than this are one limit met twice. */
const SAME_CEILING = 0.15;

/** The link is full at `kbps`. */
export function meetCeiling(climb: ClimbState, kbps: number, nowMs: number): ClimbState {
  const { ceiling } = climb;
  // Failing where it failed before calls for more patience; failing elsewhere is news about the link.
  const again = ceiling !== undefined && Math.abs(kbps / ceiling.kbps - 1) < SAME_CEILING;
  const failures = again ? ceiling.failures + 1 : 0;
  const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS * RETRY_GROWTH ** failures);
  return {
    starting: false,
    ceiling: { kbps, metKbps: kbps, failures, retryAtMs: nowMs + waitMs, msPerKilobyte: undefined },
    provenKbps: 0,
    changedAtMs: nowMs,
  };
}

/** Back below a ceiling at the first sign of a queue beyond it; that may be jitter, so it is tried again soon. */
function retreat(climb: ClimbState, ceiling: Ceiling, nowMs: number): ClimbState {
  return { ...climb, ceiling: { ...ceiling, metKbps: ceiling.kbps, retryAtMs: nowMs + RETREAT_MS }, changedAtMs: nowMs };
}

export type ClimbInput = {
  kbps: number;
  maxKbps: number;
  path: PathReading;
  /** When the newest frame that came was sent. */
  newestSentAtMs: number;
  nowMs: number;
};

export type ClimbStep = { climb: ClimbState; kbps: number; limit: StreamLimit };

/** One look upward. Call it only while the path is clean and enough is sent to prove the rate. */
export function climbStep(before: ClimbState, { kbps, maxKbps, path, newestSentAtMs, nowMs }: ClimbInput): ClimbStep {
  const climb = watchWidth(before, kbps, path);
  const { ceiling } = climb;
  if (kbps >= maxKbps) return { climb: { ...climb, starting: false }, kbps: maxKbps, limit: "none" };
  const limit: StreamLimit = climb.starting ? "starting" : ceiling ? "link-delay" : "none";
  const beyond = ceiling !== undefined && kbps >= ceiling.kbps;
  if (path.rising) {
    // Beyond a limit that is known, the first sign is enough to go back without waiting for a queue.
    if (!beyond) return { climb, kbps, limit };
    return { climb: retreat(climb, ceiling, nowMs), kbps: CRUISE * ceiling.kbps, limit };
  }
  if (newestSentAtMs - climb.changedAtMs < (beyond ? OBSERVE_BEYOND_MS : OBSERVE_MS)) return { climb, kbps, limit };

  const goalKbps = Math.min(maxKbps, goalOf(climb, kbps, maxKbps, nowMs));
  if (goalKbps <= kbps) return { climb, kbps, limit };
  return { climb: { ...climb, changedAtMs: nowMs, ceiling: raiseCeiling(ceiling, kbps) }, kbps: goalKbps, limit };
}

/** `kbps` was seen to work: at or beyond the ceiling that makes it the new one, far beyond there is none. */
function raiseCeiling(ceiling: Ceiling | undefined, kbps: number): Ceiling | undefined {
  if (!ceiling || kbps < ceiling.kbps) return ceiling;
  return kbps > OUTGROWN * ceiling.metKbps ? undefined : { ...ceiling, kbps };
}

/** So far beyond a ceiling, it is one no more. */
const OUTGROWN = 1.15;
/** A kilobyte at less than this share of what it cost: the link is wider than it was. */
const WIDER = 0.4;
/** Where a kilobyte costs less than this, the measure is noise. */
const MS_PER_KILOBYTE_MIN = 0.15;

function goalOf({ starting, ceiling, provenKbps }: ClimbState, kbps: number, maxKbps: number, nowMs: number): number {
  if (kbps < provenKbps) return Math.min(provenKbps, kbps * STEP.starting);
  if (ceiling) {
    const cruiseKbps = CRUISE * ceiling.kbps;
    if (kbps < cruiseKbps) return Math.min(cruiseKbps, kbps * STEP.returning);
    return nowMs >= ceiling.retryAtMs ? kbps * STEP.beyond : kbps;
  }
  return Math.min(maxKbps, kbps * (starting ? STEP.starting : STEP.unknown));
}

/** Takes the ceiling away when each kilobyte passes much faster than when it was met. */
function watchWidth(climb: ClimbState, kbps: number, { msPerKilobyte }: PathReading): ClimbState {
  const { ceiling } = climb;
  if (!ceiling || msPerKilobyte === undefined || kbps < CRUISE * ceiling.kbps) return climb;
  const usual = ceiling.msPerKilobyte;
  if (usual === undefined) return { ...climb, ceiling: { ...ceiling, msPerKilobyte } };
  if (usual > MS_PER_KILOBYTE_MIN && msPerKilobyte < WIDER * usual) return { ...climb, ceiling: undefined };
  return { ...climb, ceiling: { ...ceiling, msPerKilobyte: 0.98 * usual + 0.02 * msPerKilobyte } };
}
