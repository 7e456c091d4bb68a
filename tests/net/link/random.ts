// Chance that can be repeated: every draw is a function of seed, place and purpose.
//
// A counter rather than a stream, so that turning one impairment off does not
// shift the dice of the others: packet 812 is lost or not whatever the jitter.

/** One purpose, one independent series of draws. */
export const Draw = {
  loss: 1,
  burst: 2,
  jitter: 3,
  jitterAngle: 4,
  reorder: 5,
  duplicate: 6,
} as const;
export type Draw = (typeof Draw)[keyof typeof Draw];

/** Uniform in [0, 1), the same for the same three numbers. */
export function chance(seed: number, place: number, purpose: number): number {
  let hash = mix(seed | 0);
  hash = mix(hash ^ Math.imul(purpose, 0x9e3779b1));
  // Places beyond 32 bits still differ: the high part is mixed in by itself.
  hash = mix(hash ^ (place | 0));
  hash = mix(hash ^ Math.imul(Math.floor(place / 0x1_0000_0000), 0x85ebca77));
  return (hash >>> 0) / 0x1_0000_0000;
}

/** Standard normal, from two uniform draws (Box and Muller, 1958). */
export function normal(radius: number, angle: number): number {
  return Math.sqrt(-2 * Math.log(1 - radius)) * Math.cos(2 * Math.PI * angle);
}

/** Exponential with mean 1. */
export function exponential(uniform: number): number {
  return -Math.log(1 - uniform);
}

/** A 32-bit finalizer: each input bit flips about half of the output bits. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
