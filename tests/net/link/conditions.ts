// A link's conditions at a moment, and how long its bottleneck takes for some bytes.
//
// Times here count from the start of the profile.

import type { LinkProfile } from "./profile.ts";

/** When everything put in at `fromMs`, with nothing before it, has left the bottleneck. */
export function sentAtMs(profile: LinkProfile, fromMs: number, bytes: number): number {
  let atMs = fromMs;
  let left = bytes;
  for (;;) {
    const { bytesPerMs, untilMs } = rateAt(profile, atMs);
    if (bytesPerMs === Infinity) return atMs;
    const possible = bytesPerMs * (untilMs - atMs);
    if (possible >= left) return left === 0 ? atMs : atMs + left / bytesPerMs;
    left -= possible;
    atMs = untilMs;
  }
}

/** How many bytes the bottleneck sends in a span of time. */
export function capacityBytes(profile: LinkProfile, fromMs: number, toMs: number): number {
  let atMs = fromMs;
  let bytes = 0;
  while (atMs < toMs) {
    const { bytesPerMs, untilMs } = rateAt(profile, atMs);
    const endMs = Math.min(untilMs, toMs);
    bytes += bytesPerMs * (endMs - atMs);
    atMs = endMs;
  }
  return bytes;
}

/** Mean rate of the bottleneck; the depth of its queue is counted in this. */
export function meanBytesPerMs(profile: LinkProfile): number {
  const rates = profile.trace?.rateKbps;
  if (rates !== undefined) return rates.reduce((sum, kbps) => sum + kbps, 0) / rates.length / 8;
  return profile.rateKbps === null ? Infinity : profile.rateKbps / 8;
}

/** One way, without queue and jitter. */
export function delayAtMs(profile: LinkProfile, atMs: number): number {
  return profile.delayMs + stepOf(profile, profile.trace?.delayMs, atMs);
}

export function lossAt(profile: LinkProfile, atMs: number): number {
  return Math.min(1, profile.lossFraction + stepOf(profile, profile.trace?.lossFraction, atMs));
}

export function isBlackout(profile: LinkProfile, atMs: number): boolean {
  return profile.blackouts.some(({ fromMs, forMs, everyMs }) => {
    const sinceMs = everyMs === null ? atMs - fromMs : (atMs - fromMs) % everyMs;
    return atMs >= fromMs && sinceMs < forMs;
  });
}

function rateAt(profile: LinkProfile, atMs: number): { bytesPerMs: number; untilMs: number } {
  const rates = profile.trace?.rateKbps;
  if (rates === undefined || profile.trace === null) return { bytesPerMs: meanBytesPerMs(profile), untilMs: Infinity };
  const { stepMs } = profile.trace;
  const step = Math.floor(atMs / stepMs);
  return { bytesPerMs: rates[step % rates.length]! / 8, untilMs: (step + 1) * stepMs };
}

function stepOf(profile: LinkProfile, column: readonly number[] | undefined, atMs: number): number {
  if (column === undefined || profile.trace === null) return 0;
  return column[Math.floor(atMs / profile.trace.stepMs) % column.length]!;
}
