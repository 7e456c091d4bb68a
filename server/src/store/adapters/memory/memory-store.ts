// The store without a database, for tests. Passes the same contract as the real ones.

import type { SessionRecord, SessionTurn, Store } from "../../ports.ts";

export function createMemoryStore(): Store {
  const sessions = new Map<string, SessionRecord>();
  const turns = new Map<string, Map<number, SessionTurn>>();
  const settings = new Map<string, string>();
  return {
    async saveSession(record, added) {
      sessions.set(record.id, structuredClone(record));
      const known = turns.get(record.id) ?? new Map<number, SessionTurn>();
      turns.set(record.id, known);
      for (const turn of added) if (!known.has(turn.ordinal)) known.set(turn.ordinal, structuredClone(turn));
    },
    async openSessions() {
      return [...sessions.values()]
        .filter((record) => record.end === undefined)
        .sort((a, b) => a.requestedAtMs - b.requestedAtMs || (a.id < b.id ? -1 : 1))
        .map((record) => ({ record: structuredClone(record), turnCount: turns.get(record.id)?.size ?? 0 }));
    },
    async findSession(id) {
      return structuredClone(sessions.get(id));
    },
    async sessionTurns(id) {
      return [...(turns.get(id)?.values() ?? [])].sort((a, b) => a.ordinal - b.ordinal);
    },
    async keepFirst(key, value) {
      const kept = settings.get(key) ?? value;
      settings.set(key, kept);
      return kept;
    },
  };
}
