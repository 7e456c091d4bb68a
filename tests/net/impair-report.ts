// One line a second about a running relay. Pure.

import type { DirectionStats } from "./relay/stats.ts";
import type { RelayStats } from "./relay/relay.ts";

/** What happened between two readings, `periodMs` apart. */
export function formatSecond(atSecond: number, before: RelayStats, after: RelayStats, periodMs: number): string {
  const late = after.addedDelay;
  return [
    `${atSecond} s`,
    `up ${formatDirection(before.up, after.up, periodMs)}`,
    `down ${formatDirection(before.down, after.down, periodMs)}`,
    `${after.flows.open} client${after.flows.open === 1 ? "" : "s"}${after.flows.refused > 0 ? ` (${after.flows.refused} refused)` : ""}`,
    `relay adds ${late.p50Ms.toFixed(2)}/${late.p95Ms.toFixed(2)} ms`,
  ].join("  |  ");
}

/** "4.97 Mbit/s, 512 of 530 packets (queue 18)". */
function formatDirection(before: DirectionStats, after: DirectionStats, periodMs: number): string {
  const mbps = ((after.bytesOut - before.bytesOut) * 8) / periodMs / 1_000;
  const packetsIn = after.packetsIn - before.packetsIn;
  const packetsOut = after.packetsOut - before.packetsOut;
  const drops = Object.entries(after.dropped)
    .map(([reason, count]) => ({ reason, count: count - before.dropped[reason as keyof typeof before.dropped] }))
    .filter(({ count }) => count > 0)
    .map(({ reason, count }) => `${reason} ${count}`);
  return `${mbps.toFixed(2)} Mbit/s, ${packetsOut} of ${packetsIn} packets${drops.length > 0 ? ` (${drops.join(", ")})` : ""}`;
}
