// The value that half of the weight lies below. Of the ways to join what several
// reporters say, some of whom lie, the one that a minority moves least
// (network-procedures, 12). Pure.

export type Weighted = { value: number; weight: number };

/** Undefined for nothing, or nothing that weighs. Between two values that share the middle, the mean of both. */
export function weightedMedian(values: readonly Weighted[]): number | undefined {
  const sorted = values.filter(({ weight }) => weight > 0).toSorted((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    below += weight;
    // A hair's breadth: weights are sums of fractions.
    if (Math.abs(below - half) < 1e-9) return (value + (sorted[index + 1]?.value ?? value)) / 2;
    if (below > half) return value;
  }
  return undefined;
}

/** Median absolute deviation, as a standard deviation of a normal spread. */
export function spreadOf(values: readonly number[]): number {
  const even = (list: readonly number[]) => weightedMedian(list.map((value) => ({ value, weight: 1 }))) ?? 0;
  const middle = even(values);
  return 1.4826 * even(values.map((value) => Math.abs(value - middle)));
}

/** Whether a report agrees with what was decided, given how far the reports lay apart. */
export function agrees(value: number, decided: number, spread: number): boolean {
  return Math.abs(value - decided) <= Math.max(0.1 * Math.abs(decided), 3 * spread);
}
