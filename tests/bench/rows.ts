// What a benchmark says: one row for each thing that was measured.

export type BenchRow = {
  name: string;
  unit: string;
  p50?: number;
  p95?: number;
  p99?: number;
  value?: number;
  /** In words, such as "p50 at most 6 ms"; null where the figure is there to explain another. */
  goal: string | null;
  met: boolean | null;
};

/** p50, p95 and p99, to a hundredth. Nothing measured gives no percentiles. */
export function percentiles(values: readonly number[]): Pick<BenchRow, "p50" | "p95" | "p99"> {
  if (values.length === 0) return {};
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export const rounded = (value: number): number => Math.round(value * 100) / 100;
