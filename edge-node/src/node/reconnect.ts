// How long to wait before dialling again, and whom. Pure.

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

export type NextDial = { serverIndex: number; delayMs: number };

/**
 * After `failures` in a row, the last of them at `serverIndex`: each server is tried soon
 * once, and only a whole round without luck makes the node wait longer. A link that held
 * goes back to its own server first, which may have been started anew.
 */
export function chooseNextDial(failures: number, serverIndex: number, serverCount: number, random: number): NextDial {
  if (failures === 0) return { serverIndex, delayMs: reconnectDelayMs(0, random) };
  return {
    serverIndex: (serverIndex + 1) % serverCount,
    delayMs: reconnectDelayMs(Math.floor(failures / serverCount), random),
  };
}
