// May a session's pipeline be started again after it failed? A driver that crashes
// once a session costs its player a second; one that crashes all the time is better
// left for another node.

/** More failures than this within the window, and the session ends. */
export const RESTARTS_MAX = 3;
export const WINDOW_MS = 60_000;

/** When each of the last failures was. */
export type Failures = readonly number[];

export function countFailure(failures: Failures, nowMs: number): { failures: Failures; mayRestart: boolean } {
  const lately = [...failures.filter((atMs) => nowMs - atMs < WINDOW_MS), nowMs];
  return { failures: lately, mayRestart: lately.length <= RESTARTS_MAX };
}

/** The same names with the failed one last: it is tried again only when the others fail too. */
export function moveToEnd<T>(names: readonly [T, ...T[]], failed: T): readonly [T, ...T[]] {
  const [first, ...rest] = names.filter((name) => name !== failed);
  return first === undefined || !names.includes(failed) ? names : [first, ...rest, failed];
}
