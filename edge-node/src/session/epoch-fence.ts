// Whose word counts for a session: that of the newest lease heard of. A server that lost its
// lease, or a message that was long under way, speaks with an older epoch and is refused.

export interface EpochFence {
  /** True, and remembered, unless a newer epoch was heard for this session before. */
  admit(sessionId: string, epoch: number): boolean;
  /** Undefined for a session that was never heard of, or long ago. */
  newest(sessionId: string): number | undefined;
}

/** Far more than a node carries; an old message about a session outlives it by seconds. */
const SESSIONS_MAX = 4_000;

export function createEpochFence(): EpochFence {
  const newest = new Map<string, number>();
  return {
    admit(sessionId, epoch) {
      const before = newest.get(sessionId);
      if (before !== undefined && epoch < before) return false;
      // Moved to the end, so that what is heard of least goes first.
      newest.delete(sessionId);
      newest.set(sessionId, epoch);
      for (const [oldest] of newest) {
        if (newest.size <= SESSIONS_MAX) break;
        newest.delete(oldest);
      }
      return true;
    },
    newest: (sessionId) => newest.get(sessionId),
  };
}
