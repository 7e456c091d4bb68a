// How far the network's probe points are: the least of a few answers over one connection, all
// points at once. One that does not answer is left out.

import { withTimeout } from "../lifetime.ts";
import { RTT_MS_MAX } from "./probe-result.ts";
import type { ProbePoint, RttVector } from "./rtt-vector.ts";

/** The first opens the connection, and is not counted. */
const ASKED_TIMES = 5;

export type MeasurePorts = {
  nowMs(): number;
  /** Resolves when the answer has begun; MAY reject. */
  ask(url: string): Promise<unknown>;
};

export async function measurePoints(points: readonly ProbePoint[], { nowMs, ask }: MeasurePorts): Promise<RttVector> {
  const measured = await Promise.all(
    points.map(async ({ id, url }) => {
      let leastMs = Infinity;
      try {
        for (let times = 0; times < ASKED_TIMES; times++) {
          const askedAtMs = nowMs();
          await withTimeout(ask(url), RTT_MS_MAX, `the probe point ${id} did not answer`);
          if (times > 0) leastMs = Math.min(leastMs, nowMs() - askedAtMs);
        }
      } catch {
        // What was measured before it fell silent counts.
      }
      return leastMs > 0 && leastMs <= RTT_MS_MAX ? [[id, leastMs] as const] : [];
    }),
  );
  return Object.fromEntries(measured.flat());
}
