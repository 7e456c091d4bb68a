// How long to wait before the next attempt to reach the server.

const FIRST_MS = 250;
const LONGEST_MS = 8_000;

/** Doubles with each failed attempt, spread by a quarter so that players don't return in step. */
export function backoffMs(attemptsFailed: number, random: () => number): number {
  const plainMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attemptsFailed, 16));
  return Math.round(plainMs * (0.75 + random() * 0.5));
}
