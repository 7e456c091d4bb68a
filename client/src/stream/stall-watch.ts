// Is media coming? A path can look well for many seconds after its node died, or after the
// network under it changed; sound alone brings a hundred packets a second, so silence tells.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Timers } from "../timers.ts";

export const READ_EVERY_MS = 150;
/** A node's own pause for a failed pipeline is 0.4-0.8 s; asking for a path then costs a few messages. */
export const QUIET_AFTER_MS = 400;
export const STALLED_AFTER_MS = 1_000;

/** `sinceMs`: when the count last grew. Told and quiet: how long ago the last word was, or not yet. */
export type Stall = { packets: number; sinceMs: number; quietToldAtMs: number | undefined; stalledToldAtMs: number | undefined };
export type StallNews = { quiet: boolean; stalled: boolean };

const NO_NEWS: StallNews = { quiet: false, stalled: false };
const QUIET_AGAIN_MS = 1_000;
/** The node's own link may be found dead only after the player's first word. */
const STALLED_AGAIN_MS = 1_000;

/** `packets`: all that came over the path so far; undefined while nothing can be said of it. Pure. */
export function watchStall(before: Stall | undefined, packets: number | undefined, nowMs: number): [Stall | undefined, StallNews] {
  if (packets === undefined) return [undefined, NO_NEWS];
  // Nothing has come yet at all: the title is still starting, and the path is watched from its first packet.
  if (packets === 0) return [undefined, NO_NEWS];
  if (!before || packets !== before.packets) {
    return [{ packets, sinceMs: nowMs, quietToldAtMs: undefined, stalledToldAtMs: undefined }, NO_NEWS];
  }
  const silentMs = nowMs - before.sinceMs;
  const quiet = silentMs >= QUIET_AFTER_MS && nowMs - (before.quietToldAtMs ?? -Infinity) >= QUIET_AGAIN_MS;
  const stalled = silentMs >= STALLED_AFTER_MS && nowMs - (before.stalledToldAtMs ?? -Infinity) >= STALLED_AGAIN_MS;
  return [
    { ...before, ...(quiet ? { quietToldAtMs: nowMs } : {}), ...(stalled ? { stalledToldAtMs: nowMs } : {}) },
    { quiet, stalled },
  ];
}

export type StallWatchPorts = {
  timers: Timers;
  /** Undefined while the path is not up, or nobody sees the page. */
  packets(): Promise<number | undefined>;
  onQuiet(): void;
  onStalled(): void;
};

export function startStallWatch(scope: Scope, ports: StallWatchPorts): void {
  let stall: Stall | undefined;
  let stopTimer = () => {};

  async function read(): Promise<void> {
    const packets = await ports.packets();
    if (scope.closed) return;
    const [next, news] = watchStall(stall, packets, ports.timers.monotonicMs());
    stall = next;
    if (news.quiet) ports.onQuiet();
    if (news.stalled) ports.onStalled();
    stopTimer = ports.timers.after(READ_EVERY_MS, () => void read());
  }

  scope.own(undefined, () => stopTimer());
  stopTimer = ports.timers.after(READ_EVERY_MS, () => void read());
}

/** Packets of sound and picture together, as the browser counts them. */
export function packetsReceived(report: RTCStatsReport): number {
  let sum = 0;
  for (const entry of report.values() as IterableIterator<{ type: string; packetsReceived?: number }>) {
    if (entry.type === "inbound-rtp") sum += entry.packetsReceived ?? 0;
  }
  return sum;
}
