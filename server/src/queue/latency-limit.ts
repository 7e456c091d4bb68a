// How far a session may be placed, by how long its player has waited: close at first,
// farther when near is full, never farther than the title bears.

const STEPS: readonly { untilWaitedMs: number; limitMs: number }[] = [
  { untilWaitedMs: 10_000, limitMs: 40 },
  { untilWaitedMs: 30_000, limitMs: 60 },
  { untilWaitedMs: 60_000, limitMs: 80 },
];

/** A title that says nothing: where G.1072 leaves fast play at "acceptable" (MOS 3.6 at 120 ms with capture and encoding). */
export const TITLE_LATENCY_LIMIT_MS = 110;

/** Network round trip that a session may be placed at. */
export function latencyLimitMs(waitedMs: number, titleLimitMs: number = TITLE_LATENCY_LIMIT_MS): number {
  const step = STEPS.find(({ untilWaitedMs }) => waitedMs < untilWaitedMs);
  return Math.min(step?.limitMs ?? titleLimitMs, titleLimitMs);
}

/** When the limit relaxes next, after the request; undefined when it is as wide as it gets. */
export function nextRelaxationMs(waitedMs: number, titleLimitMs: number = TITLE_LATENCY_LIMIT_MS): number | undefined {
  const now = latencyLimitMs(waitedMs, titleLimitMs);
  return STEPS.find(({ untilWaitedMs }) => waitedMs < untilWaitedMs && latencyLimitMs(untilWaitedMs, titleLimitMs) > now)?.untilWaitedMs;
}
