// Long work in pieces, between which everybody else on this thread has a turn.

/** Less than a player notices, and hundreds of times what a turn costs. */
const TURN_MS = 10;

export const turnOfOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function inTurns<T, R>(pieces: Iterable<T>, work: (piece: T) => R | Promise<R>): Promise<R[]> {
  const done: R[] = [];
  let sinceMs = performance.now();
  for (const piece of pieces) {
    done.push(await work(piece));
    if (performance.now() - sinceMs < TURN_MS) continue;
    await turnOfOthers();
    sinceMs = performance.now();
  }
  return done;
}
