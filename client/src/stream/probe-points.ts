// Tells the server how far this player is from the network's probe points, now and then.

import type { Scope } from "@nearframe/shared/lifetime";
import { measurePoints, type MeasurePorts } from "@nearframe/shared/probe/measure-points";
import type { ProbePoint } from "@nearframe/shared/probe/rtt-vector";
import type { Timers } from "../timers.ts";
import type { ControlLink } from "./control-link.ts";

/** A page that was opened to play has its first picture by then. */
const FIRST_AFTER_MS = 3_000;
const AGAIN_AFTER_MS = 10 * 60_000;

export type ProbePointsPorts = {
  link: Pick<ControlLink, "onMessage" | "send">;
  timers: Timers;
  ask: MeasurePorts["ask"];
};

export function followProbePoints(scope: Scope, { link, timers, ask }: ProbePointsPorts): void {
  let stopTimer = () => {};

  async function measure(points: readonly ProbePoint[]): Promise<void> {
    const rttsMs = await measurePoints(points, { nowMs: timers.monotonicMs, ask });
    if (scope.closed) return;
    if (Object.keys(rttsMs).length > 0) link.send({ type: "probe-points.measured", rttsMs });
    stopTimer();
    stopTimer = timers.after(AGAIN_AFTER_MS, () => void measure(points));
  }

  scope.own(
    link.onMessage((message) => {
      if (message.type !== "welcome") return;
      stopTimer();
      const { probePoints = [] } = message;
      if (probePoints.length > 0) stopTimer = timers.after(FIRST_AFTER_MS, () => void measure(probePoints));
    }),
    (stop) => stop(),
  );
  scope.own(undefined, () => stopTimer());
}
