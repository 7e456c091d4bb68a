// The store without a database, for tests. Passes the same contract as the real ones.

import type { JudgedMinute, ReportedMinute } from "../../../checking/judge-minutes.ts";
import type { MinuteRecord } from "../../../telemetry/score-session-minute.ts";
import type { SessionRecord, SessionTurn, Store } from "../../ports.ts";
import { createMemoryAfterService } from "./memory-after-service.ts";
import { createMemoryChecking } from "./memory-checking.ts";
import { createMemoryNodes } from "./memory-nodes.ts";
import { createMemoryPlayerClasses } from "./memory-player-classes.ts";
import { createMemoryProblems } from "./memory-problems.ts";
import { createMemoryRatings } from "./memory-ratings.ts";
import { createMemorySaves } from "./memory-saves.ts";
import { createMemoryShares } from "./memory-shares.ts";
import { createMemoryTitleVersions } from "./memory-title-versions.ts";
import { createMemoryWash } from "./memory-wash.ts";

export function createMemoryStore(): Store {
  const sessions = new Map<string, SessionRecord>();
  const ratings = createMemoryRatings();
  const turns = new Map<string, Map<number, SessionTurn>>();
  const settings = new Map<string, string>();
  /** In order of writing. */
  const minutes = new Map<string, MinuteRecord>();
  const judged = new Map<string, JudgedMinute>();
  /** Sessions that their hosts made up. */
  const washed = new Set<string>();
  const reported = (): ReportedMinute[] =>
    [...minutes.values()].flatMap(({ sessionId, nodeId, flags, reports, quality: { minute, beganAtMs, mos, frameLossPercent } }) =>
      reports ? [structuredClone({ sessionId, nodeId, minute, beganAtMs, mos, frameLossPercent, flags, reports })] : [],
    ).toSorted((a, b) => a.beganAtMs - b.beganAtMs);
  const checking = createMemoryChecking(sessions);
  return {
    ...createMemoryPlayerClasses(),
    ...createMemoryProblems(),
    ...ratings,
    ...createMemorySaves(),
    ...createMemoryShares(),
    ...createMemoryTitleVersions(),
    ...createMemoryNodes((nodeId) => [...washed].flatMap((id) => endOn(nodeId, sessions.get(id)))),
    ...checking,
    ...createMemoryAfterService(sessions, ratings, washed),
    ...createMemoryWash({ sessions, minutes, judged, washed, saveStandings: checking.saveStandings }),
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
    async unjudgedMinutes({ beganBeforeMs, most, later }) {
      return reported().filter(({ sessionId, nodeId, minute, beganAtMs }) => beganAtMs < beganBeforeMs && !(later && beganAtMs >= later.sinceMs && later.nodeIds.includes(nodeId)) && !judged.has(`${sessionId} ${minute}`)).slice(0, most);
    },
    async reportedMinutes({ fromMs, untilMs, most }) {
      return reported().filter(({ beganAtMs }) => beganAtMs >= fromMs && beganAtMs <= untilMs).slice(0, most);
    },
    async saveJudgements(added) {
      for (const each of added) if (minutes.has(`${each.sessionId} ${each.minute}`)) judged.set(`${each.sessionId} ${each.minute}`, structuredClone(each));
    },
    async playedMinutes(nodeIds, sinceMs) {
      const own = reported().filter(({ sessionId, nodeId, beganAtMs, reports }) => nodeIds.includes(nodeId) && beganAtMs >= sinceMs && !reports.check && !washed.has(sessionId));
      return [...Map.groupBy(own, ({ nodeId }) => nodeId)].flatMap(([nodeId, told]) => {
        const known = told.flatMap((minute) => {
          const judgement = judged.get(`${minute.sessionId} ${minute.minute}`);
          return judgement ? [{ mos: minute.mos, weight: judgement.weight, byHost: judgement.blame === "rig" || judgement.blame === "host-uplink" }] : [];
        });
        if (known.length === 0) return [];
        const sum = (wanted: (minute: (typeof known)[number]) => boolean) => known.reduce((total, minute) => total + (wanted(minute) ? minute.weight : 0), 0);
        return {
          nodeId,
          good: sum(({ mos }) => mos >= 3.6),
          degradedByHost: sum(({ mos, byHost }) => mos < 3.6 && mos >= 3.1 && byHost),
          badByHost: sum(({ mos, byHost }) => mos < 3.1 && byHost),
        };
      });
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

const endOn = (nodeId: string, session: SessionRecord | undefined) => (session?.lease?.nodeId === nodeId && session.end ? [session.end] : []);
