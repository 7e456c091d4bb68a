// What is played where, and what of it was made up, without a database.

import type { MinuteRecord } from "../../../telemetry/score-session-minute.ts";
import type { CheckingStore, WashStore } from "../../checking-ports.ts";
import type { SessionRecord } from "../../ports.ts";

type Kept = {
  sessions: ReadonlyMap<string, SessionRecord>;
  minutes: ReadonlyMap<string, MinuteRecord>;
  judged: ReadonlyMap<string, unknown>;
  washed: Set<string>;
  saveStandings: CheckingStore["saveStandings"];
};

export function createMemoryWash({ sessions, minutes, judged, washed, saveStandings }: Kept): WashStore {
  return {
    async playedSessions({ nodeIds, sinceMs, newestMax }) {
      const told = [...minutes].flatMap(([key, { sessionId, nodeId, quality, reports }]) =>
        reports && !reports.check && judged.has(key) && nodeIds.includes(nodeId) && quality.beganAtMs >= sinceMs ? [{ sessionId, nodeId, quality, reports }] : []);
      const played = [...Map.groupBy(told, ({ sessionId, nodeId }) => `${sessionId} ${nodeId}`).values()].flatMap((own) => {
        const inOrder = own.toSorted((a, b) => a.quality.minute - b.quality.minute);
        const [first] = inOrder;
        if (!first) return [];
        const { sessionId, nodeId, reports: { playerId, networkId } } = first;
        return {
          sessionId, playerId, nodeId, networkId,
          beganAtMs: Math.min(...own.map(({ quality }) => quality.beganAtMs)),
          inputs: inOrder.map(({ quality }) => quality.clickToPhotonCount),
          pictures: own.reduce((sum, { quality: { fps = 0, movingSeconds } }) => sum + fps * movingSeconds, 0),
        };
      });
      return played.toSorted((a, b) => b.beganAtMs - a.beganAtMs || (a.sessionId < b.sessionId ? -1 : 1)).slice(0, newestMax);
    },
    async playedWhere(playerIds, sinceMs) {
      const own = [...sessions.values()].filter(({ playerId, requestedAtMs, lease, check }) => playerIds.includes(playerId) && requestedAtMs >= sinceMs && lease && !check);
      return [...Map.groupBy(own, ({ playerId, lease }) => `${playerId} ${lease?.nodeId}`)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, of]) => (of[0]?.lease ? [{ playerId: of[0].playerId, nodeId: of[0].lease.nodeId, meteredMs: of.reduce((sum, { played }) => sum + Math.round(played?.meteredMs ?? 0), 0) }] : []));
    },
    async markWash(found) {
      for (const { sessionId } of found) if (sessions.has(sessionId)) washed.add(sessionId);
    },
    async liftWash(sessionIds, standingsAfter) {
      const lifted = [...new Set(sessionIds)].filter((sessionId) => washed.has(sessionId));
      const standings = standingsAfter(lifted);
      for (const sessionId of lifted) washed.delete(sessionId);
      await saveStandings(standings);
      return standings;
    },
  };
}
