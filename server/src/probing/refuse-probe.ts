// Whether what two ends told of the path between them can be true. Pure.
//
// A player who lies about a near node only gets a far one; a node that lies about
// being near gets sessions that it serves badly. Neither can invent the other's
// report, so the two are held against each other, and against the speed of light.

import type { ProbeResult } from "@nearframe/shared/probe/probe-result";

/** What a kernel, a browser's event loop and a busy core add at one end only. */
export const ENDS_DIFFER_MS = 15;
/** And of the longer path, such a share: pings of one end and of the other leave at different times. */
export const ENDS_DIFFER_SHARE = 0.25;

export type ProbeReports = {
  byPlayer: ProbeResult | undefined;
  byNode: ProbeResult | undefined;
  /** Faster than this no signal gets there and back. */
  lightMs: number | undefined;
};

/** The reason; undefined while nothing speaks against it. */
export function refuseProbe({ byPlayer, byNode, lightMs }: ProbeReports): string | undefined {
  for (const report of [byPlayer, byNode]) {
    if (!report) continue;
    if (report.rttMs.p50 <= 0) return "a round trip that took no time";
    if (lightMs !== undefined && report.rttMs.min < lightMs) {
      return `faster than light: ${report.rttMs.min} ms, where ${lightMs.toFixed(1)} ms is the least`;
    }
  }
  if (!byPlayer || !byNode) return undefined;
  const [near, far] = [byPlayer.rttMs.min, byNode.rttMs.min].sort((a, b) => a - b) as [number, number];
  if (far - near > ENDS_DIFFER_MS + ENDS_DIFFER_SHARE * far) {
    return `the two ends tell of different paths: ${byPlayer.rttMs.min} ms and ${byNode.rttMs.min} ms`;
  }
  return undefined;
}
