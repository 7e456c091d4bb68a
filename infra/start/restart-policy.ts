// When a program that died is started again. Pure.

/** A program that ran this long is sound: its next death starts the count again. */
export const SOUND_AFTER_MS = 60_000;
/** Deaths in a row, each before SOUND_AFTER_MS, after which it is given up. */
export const DEATHS_MAX = 6;
const DELAY_MS_MIN = 500;
const DELAY_MS_MAX = 8_000;

export type Restart = { kind: "restart"; deaths: number; delayMs: number } | { kind: "give-up" };

/** `deaths` is the count that the last restart gave, 0 at first. */
export function chooseRestart(deaths: number, ranForMs: number): Restart {
  const count = ranForMs >= SOUND_AFTER_MS ? 1 : deaths + 1;
  if (count >= DEATHS_MAX) return { kind: "give-up" };
  return { kind: "restart", deaths: count, delayMs: Math.min(DELAY_MS_MIN * 2 ** (count - 1), DELAY_MS_MAX) };
}
