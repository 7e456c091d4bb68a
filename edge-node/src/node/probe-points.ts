// How far this node is from the network's probe points, measured now and then.

import type { Scope } from "@nearframe/shared/lifetime";
import { measurePoints, type MeasurePorts } from "@nearframe/shared/probe/measure-points";
import type { ProbePoint, RttVector } from "@nearframe/shared/probe/rtt-vector";

const AGAIN_AFTER_MS = 10 * 60_000;

export interface NodeProbePoints {
  /** Of the server that this node hangs on now; measured at once, unless they are the same as before. */
  want(points: readonly ProbePoint[]): void;
  /** As they were measured last. */
  rttsMs(): RttVector;
}

export function createProbePoints(ports: MeasurePorts & { onMeasured(): void }, scope: Scope): NodeProbePoints {
  let wanted: readonly ProbePoint[] = [];
  let measured: RttVector = {};

  async function measure(): Promise<void> {
    const points = wanted;
    const rttsMs = await measurePoints(points, ports);
    if (scope.closed || points !== wanted) return;
    measured = rttsMs;
    ports.onMeasured();
  }

  scope.own(
    setInterval(() => {
      if (wanted.length > 0) void measure();
    }, AGAIN_AFTER_MS),
    clearInterval,
  );
  return {
    want(points) {
      if (JSON.stringify(points) === JSON.stringify(wanted)) return;
      wanted = points;
      measured = {};
      if (points.length > 0) void measure();
    },
    rttsMs: () => measured,
  };
}

/** An answer's body is empty; it is read all the same, so that the connection stays for the next. */
export const askOverHttp = async (url: string): Promise<void> => {
  const response = await fetch(url, { redirect: "error" });
  await response.arrayBuffer();
};
