// The store without a database, for tests. Passes the same contract as the real ones.

import type { MinuteRecord } from "../../../telemetry/score-session-minute.ts";
import type { SessionRecord, SessionTurn, Store } from "../../ports.ts";
import { createMemoryChecking } from "./memory-checking.ts";
import { createMemoryNodes } from "./memory-nodes.ts";
import { createMemoryProblems } from "./memory-problems.ts";
import { createMemoryRatings } from "./memory-ratings.ts";
import { createMemorySaves } from "./memory-saves.ts";
import { createMemoryShares } from "./memory-shares.ts";
import { createMemoryTitleVersions } from "./memory-title-versions.ts";

export function createMemoryStore(): Store {
  const sessions = new Map<string, SessionRecord>();
  const turns = new Map<string, Map<number, SessionTurn>>();
  const settings = new Map<string, string>();
  /** In order of writing. */
  const minutes = new Map<string, MinuteRecord>();
  return {
    ...createMemoryProblems(),
    ...createMemoryRatings(),
    ...createMemorySaves(),
    ...createMemoryShares(),
    ...createMemoryTitleVersions(),
    ...createMemoryNodes(),
    ...createMemoryChecking(),
    async saveSession(record, added) {
      const stored = sessions.get(record.id);
      const stands = stored && (stored.end !== undefined || stored.term > record.term);
      if (!stands) sessions.set(record.id, structuredClone(record));
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
    async openSession(id) {
      const record = sessions.get(id);
      if (!record || record.end) return undefined;
      return { record: structuredClone(record), turnCount: turns.get(id)?.size ?? 0 };
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
    async saveMinutes(added) {
      for (const record of added) {
        const key = `${record.sessionId} ${record.quality.minute}`;
        if (!minutes.has(key)) minutes.set(key, structuredClone(record));
      }
    },
    async sessionMinutes(sessionId, newestMax) {
      return [...minutes.values()]
        .filter((record) => record.sessionId === sessionId)
        .sort((a, b) => a.quality.minute - b.quality.minute)
        .slice(-newestMax)
        .map((record) => structuredClone(record));
    },
    async trimMinutes({ beganBeforeMs, rowsMax, atOnceMax }) {
      const surplus = minutes.size - rowsMax;
      const gone = [...minutes]
        .filter(([, { quality }], index) => index < surplus || quality.beganAtMs < beganBeforeMs)
        .slice(0, atOnceMax);
      for (const [key] of gone) minutes.delete(key);
      return gone.length;
    },
  };
}
