// What the controller knows between two events, and the few questions that all of
// its parts ask of it.

import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import type { ClimbState } from "./climb.ts";
import type { RateOptions } from "./events.ts";
import { departureIntervalMs } from "./flight.ts";
import type { Flight } from "./flight.ts";
import type { LadderState, Rung } from "./ladder.ts";
import { repairMs } from "./loss.ts";
import type { LossState } from "./loss.ts";
import type { PressureState } from "./pressure.ts";
import type { Recovery } from "./recovery.ts";
import { QUEUE_MARGIN_MS } from "./tuning.ts";

export type RateState = {
  readonly options: RateOptions;
  readonly startedAtMs: number;
  readonly ladder: readonly Rung[];
  readonly kbps: number;
  readonly flight: Flight;
  readonly climb: ClimbState;
  readonly loss: LossState;
  readonly pressure: PressureState;
  readonly rung: LadderState;
  readonly estimate: { readonly kbps: number; readonly atMs: number } | undefined;
  /** Frames sent until then follow a large one, and wait for it and not for the link. */
  readonly excusedUntilMs: number;
  readonly heldSinceMs: number | undefined;
  /** A queue that the last back-off is draining: how much of it there was, and until when it may stand. */
  readonly drain: { readonly fromMs: number; readonly untilMs: number };
  /** Next lowering by silence. */
  readonly silenceStepAtMs: number;
  /** Back-offs in a row after which the delay stayed though the link kept up. */
  readonly unhelped: number;
  readonly recovery: Recovery;
  readonly limit: StreamLimit;
};

/** How long the last packets of frames may wait before it is a queue. */
export function queueLimitMs(state: RateState): number {
  return frameIntervalMs(state) + QUEUE_MARGIN_MS + repairMs(state.loss);
}

/** Titles draw when they like: some at half the rate that would be taken. A pause is no rate. */
export function frameIntervalMs(state: RateState): number {
  const takenMs = 1_000 / rungOf(state).fps;
  return Math.min(2 * takenMs, Math.max(takenMs, departureIntervalMs(state.flight)));
}

/** A smaller or slower picture can't use all that the title's own could. */
export function usefulKbps({ options, ladder, pressure }: RateState): number {
  const top = ladder[0];
  const floor = ladder[pressure.floorRung];
  if (!top || !floor) return options.maxKbps;
  return Math.max(options.minKbps, (options.maxKbps * floor.minKbps) / top.minKbps);
}

export function rungOf({ ladder, rung }: Pick<RateState, "ladder" | "rung">): Rung {
  const here = ladder[rung.rung];
  if (!here) throw new RangeError(`there is no rung ${rung.rung} on a ladder of ${ladder.length}`);
  return here;
}

export function clampKbps(kbps: number, { minKbps, maxKbps }: Pick<RateOptions, "minKbps" | "maxKbps">): number {
  return Math.min(Math.max(kbps, minKbps), maxKbps);
}
