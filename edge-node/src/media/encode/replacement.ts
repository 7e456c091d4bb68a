// Which encoder takes over when one fails in the middle of a session? The next that
// could do the same; where there is none, the same again, unless it has just been
// given that chance: what fails twice in a row would fail a player for ever.

/** An encoder that ran this long after it was opened again has earned another try. */
export const REOPEN_INTERVAL_MS = 10_000;

/** `index`: which of the encoders, in the order of preference. */
export type InUse = { index: number; reopenedAtMs: number | undefined };

/** What is in use next, or undefined when there is nothing left to try. */
export function chooseReplacement(inUse: InUse, count: number, nowMs: number): InUse | undefined {
  if (inUse.index + 1 < count) return { index: inUse.index + 1, reopenedAtMs: undefined };
  const { reopenedAtMs } = inUse;
  if (reopenedAtMs !== undefined && nowMs - reopenedAtMs < REOPEN_INTERVAL_MS) return undefined;
  return { index: inUse.index, reopenedAtMs: nowMs };
}
