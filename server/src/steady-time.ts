import type { Clock } from "@nearframe/shared/clock";

/**
 * Whole milliseconds since the epoch that never jump. Deadlines must neither
 * jump with the wall clock nor lose their meaning across a restart, so time goes
 * on steadily from what the wall says now.
 */
export function steadyTime(clock: Clock): () => number {
  const epochMs = clock.wallMs() - clock.monotonicMs();
  return () => Math.round(epochMs + clock.monotonicMs());
}
