// How long to wait before dialling again. Pure.

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/**
 * Doubles from a quarter second up to ten seconds, each spread over its upper half
 * by `random` (0..1), so that a server that restarts is not met by all nodes at once.
 */
export function reconnectDelayMs(attempt: number, random: number): number {
  const delayMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(delayMs / 2 + (delayMs / 2) * random);
}
