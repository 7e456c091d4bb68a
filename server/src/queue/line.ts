// The one line of all sessions that wait, over all server processes. Each process
// publishes those that it owns, and all compute this order of them, so it must depend on
// nothing but its arguments.
//
// First by class. Within a class by how much a publisher's players have of the network
// already: the one with the fewest sessions running is next, and its own players go by
// time. A publisher whose crowd arrives in a rush so takes turns with the others, and has
// as many slots as they when all want more: none waits for ever, and none is pushed out
// of what it has.

/** What the operator may give a player for a time (`http/player-classes-api.ts`). */
export const PLAYER_CLASSES = [
  "paid",
  "ordinary",
  /** Also whoever doesn't look: a page that is hidden while it waits. */
  "background",
] as const;
export type PlayerClass = (typeof PLAYER_CLASSES)[number];

/** In the order in which they are served. */
export const PRIORITY_CLASSES = [
  /** It was playing, and its node was lost. */
  "interrupted",
  ...PLAYER_CLASSES,
] as const;
export type PriorityClass = (typeof PRIORITY_CLASSES)[number];

export type LineEntry = {
  readonly sessionId: string;
  readonly priority: PriorityClass;
  readonly publisher: string;
  /** Wall clock of the process that owns it; a few milliseconds between processes decide between strangers only. */
  readonly askedAtMs: number;
  /** What it can be placed on: entries of two pools never want the same slot. */
  readonly pool: string;
};

/** Who has waited this long goes up a class, but is never ahead of the interrupted. */
export const CLASS_UP_AFTER_MS = 5 * 60_000;

/** First to be served first. `sessionsRunning` counts by publisher, over all processes. */
export function orderLine<Entry extends LineEntry>(
  entries: readonly Entry[],
  sessionsRunning: ReadonlyMap<string, number>,
  nowMs: number,
): Entry[] {
  const ranks = new Map<string, number>();
  const byTime = entries.toSorted((a, b) => a.askedAtMs - b.askedAtMs || compareText(a.sessionId, b.sessionId));
  const keyed = byTime
    .map((entry) => ({ entry, rank: classRank(entry, nowMs) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ entry, rank }) => {
      // Those before it of its publisher will be running by the time it is served.
      const share = ranks.get(entry.publisher) ?? sessionsRunning.get(entry.publisher) ?? 0;
      ranks.set(entry.publisher, share + 1);
      return { entry, rank, share };
    });
  return keyed
    .toSorted(
      (a, b) =>
        a.rank - b.rank || a.share - b.share || a.entry.askedAtMs - b.entry.askedAtMs || compareText(a.entry.sessionId, b.entry.sessionId),
    )
    .map(({ entry }) => entry);
}

function classRank({ priority, askedAtMs }: LineEntry, nowMs: number): number {
  const rank = PRIORITY_CLASSES.indexOf(priority);
  if (rank <= 1) return rank;
  return Math.max(1, rank - Math.floor(Math.max(0, nowMs - askedAtMs) / CLASS_UP_AFTER_MS));
}

/** Not by locale: every process must agree. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Places in each pool, counted from 1: who is before you and wants what you want. */
export function positionsOf(ordered: readonly LineEntry[]): Map<string, number> {
  const before = new Map<string, number>();
  const positions = new Map<string, number>();
  for (const { sessionId, pool } of ordered) {
    const position = (before.get(pool) ?? 0) + 1;
    before.set(pool, position);
    positions.set(sessionId, position);
  }
  return positions;
}
