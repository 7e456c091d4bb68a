/** Nearest rank, so that the answer is a value which was measured. Values that are absent, or weigh nothing, count for nothing. */
export function weightedPercentile(
  share: number,
  values: readonly (readonly [value: number | undefined, weight: number])[],
): number | undefined {
  const told = values.filter((entry): entry is readonly [number, number] => entry[0] !== undefined && entry[1] > 0);
  const sorted = told.toSorted(([a], [b]) => a - b);
  const rank = share * sorted.reduce((sum, [, weight]) => sum + weight, 0);
  let reached = 0;
  for (const [value, weight] of sorted) {
    reached += weight;
    if (reached >= rank) return value;
  }
  return sorted.at(-1)?.[0];
}
