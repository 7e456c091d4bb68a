// Is media coming? A path can look well for many seconds after its node died, or after the
// network under it changed; sound alone brings a hundred packets a second, so silence tells.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Timers } from "../timers.ts";

export const READ_EVERY_MS = 100;
/** Sound comes every 10 ms; asking for a path without need costs a few messages. */
export const QUIET_AFTER_MS = 300;
export const STALLED_AFTER_MS = 1_000;
/** Beside the restart a new path is made: browsers try their old pair first, for two seconds and more. Whichever comes first is shown. */
export const LOST_AFTER_MS = 450;

/** `sinceMs`: when the count last grew. `toldAtMs`: when each was said last, or never yet. */
export type Stall = { packets: number; sinceMs: number; toldAtMs: Readonly<Record<StallNews, number>> };
export type StallNews = "quiet" | "stalled" | "lost";

const LIMITS: readonly { news: StallNews; afterMs: number; againMs: number }[] = [
  { news: "quiet", afterMs: QUIET_AFTER_MS, againMs: 4_000 },
  { news: "lost", afterMs: LOST_AFTER_MS, againMs: 5_000 },
  // The node's own link may be found dead only after the player's first word.
  { news: "stalled", afterMs: STALLED_AFTER_MS, againMs: 1_000 },
];
const NEVER = { quiet: -Infinity, stalled: -Infinity, lost: -Infinity };

/** `packets`: all that came over the path so far; undefined while nothing can be said of it. Pure. */
export function watchStall(before: Stall | undefined, packets: number | undefined, nowMs: number): [Stall | undefined, StallNews[]] {
  // Nothing has come yet at all: the title is still starting, and the path is watched from its first packet.
  if (packets === undefined || packets === 0) return [undefined, []];
  if (!before || packets !== before.packets) return [{ packets, sinceMs: nowMs, toldAtMs: NEVER }, []];
  const due = LIMITS.filter(
    ({ news, afterMs, againMs }) => nowMs - before.sinceMs >= afterMs && nowMs - before.toldAtMs[news] >= againMs,
  ).map(({ news }) => news);
  if (due.length === 0) return [before, due];
  return [{ ...before, toldAtMs: { ...before.toldAtMs, ...Object.fromEntries(due.map((news) => [news, nowMs])) } }, due];
}

export type StallWatchPorts = {
  timers: Timers;
  /** Undefined while the path is not up, or nobody sees the page. */
  packets(): Promise<number | undefined>;
  onNews(news: StallNews): void;
};

export function startStallWatch(scope: Scope, ports: StallWatchPorts): void {
  let stall: Stall | undefined;
  let stopTimer = () => {};

  async function read(): Promise<void> {
    const packets = await ports.packets();
    if (scope.closed) return;
    const [next, news] = watchStall(stall, packets, ports.timers.monotonicMs());
    stall = next;
    for (const each of news) ports.onNews(each);
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
