// Does a figure grow? A straight line through its samples, and how sure its slope is. Pure.

export type Sample = { atMs: number; value: number };

/** Per hour; the true slope lies within `boundPerHour` of it, 19 times of 20, if the samples are independent. */
export type Slope = { perHour: number; boundPerHour: number; mean: number };

const HOUR_MS = 3_600_000;
/** Of a normal distribution, two-sided. */
const SIGMAS = 1.96;

/** Undefined for fewer than three samples, or all of one time. */
export function fitSlope(samples: readonly Sample[]): Slope | undefined {
  const { length } = samples;
  if (length < 3) return undefined;
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / length;
  const [meanAt, meanValue] = [mean(({ atMs }) => atMs), mean(({ value }) => value)];
  const spread = samples.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0);
  if (spread === 0) return undefined;
  const slope = samples.reduce((sum, { atMs, value }) => sum + (atMs - meanAt) * (value - meanValue), 0) / spread;
  const residual = samples.reduce((sum, { atMs, value }) => sum + (value - meanValue - slope * (atMs - meanAt)) ** 2, 0);
  const error = Math.sqrt(residual / (length - 2) / spread);
  return { perHour: slope * HOUR_MS, boundPerHour: SIGMAS * error * HOUR_MS, mean: meanValue };
}

/**
 * Flat unless the whole of what the slope may be lies above the limit: noise alone is no growth.
 * Where the noise is larger than the limit, nothing can be said, and that is no proof of flatness.
 */
export function isFlat({ perHour, boundPerHour }: Slope, perHourMax: number): boolean {
  return boundPerHour <= perHourMax && perHour - boundPerHour <= perHourMax;
}
