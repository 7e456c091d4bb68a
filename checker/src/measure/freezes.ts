// How long pictures stood still, as browsers count it (WebRTC statistics, freezeCount):
// a gap is a freeze when it is three times the usual one, and 150 ms longer. Pure.

const EXTRA_MS = 150;
const TIMES = 3;

/** `atMs` ascending: when each new picture came. `untilMs` ends the watch: what stands then still stands. */
export function freezesIn(atMs: readonly number[], untilMs: number): { count: number; totalMs: number } {
  const gaps = [...atMs, untilMs].slice(1).map((at, i) => at - (atMs[i] ?? at));
  if (gaps.length === 0) return { count: 0, totalMs: 0 };
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const usual = Math.min(mean, median(gaps));
  const frozen = gaps.filter((gap) => gap > Math.max(TIMES * usual, usual + EXTRA_MS));
  return { count: frozen.length, totalMs: frozen.reduce((sum, gap) => sum + gap, 0) };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5) ?? 0;
}

/** Nearest rank, so that every figure is one that was measured. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
