// How sessions were once they were over, without a database.

import { NOTHING_AFTER_SERVICE, TIMES } from "../../../checking/after-service.ts";
import type { AfterServiceStore } from "../../checking-ports.ts";
import type { SessionRecord } from "../../ports.ts";
import type { RatingStore } from "../../rating-ports.ts";

export function createMemoryAfterService(sessions: ReadonlyMap<string, SessionRecord>, ratings: RatingStore, washed: ReadonlySet<string>): AfterServiceStore {
  async function starsOf(records: readonly SessionRecord[]): Promise<number[]> {
    const found = await Promise.all(records.map(({ id }) => ratings.findRating(id)));
    return found.flatMap((rating) => rating?.overall ?? []);
  }
  return {
    async afterService(nodes, sinceMs) {
      const found = [];
      for (const { nodeId, timesSinceMs } of nodes.toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1))) {
        const ended = [...sessions.values()].filter(({ id, lease, end, check }) => lease?.nodeId === nodeId && end && end.atMs >= sinceMs && !check && !washed.has(id));
        if (ended.length === 0) continue;
        const ends = Object.fromEntries([...Map.groupBy(ended, ({ end }) => end?.reason)].map(([reason, of]) => [reason, of.length]));
        const stars = (await Promise.all([...Map.groupBy(ended, ({ playerId }) => playerId).values()].map(starsOf))).filter(({ length }) => length > 0).map(mean);
        const timed = ended.filter(({ end, told, played }) => told && (end?.atMs ?? 0) >= timesSinceMs && (played?.meteredMs ?? 0) >= TIMES.meteredMsMin);
        const players = [...Map.groupBy(timed, ({ playerId }) => playerId).values()];
        found.push({
          nodeId, ends,
          ratings: stars.length > 0 ? { players: stars.length, meanStars: mean(stars) } : NOTHING_AFTER_SERVICE.ratings,
          times: { players: players.length, contradicting: players.filter((own) => own.filter(contradicts).length * 2 > own.length).length },
        });
      }
      return found;
    },
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function contradicts({ told, played }: SessionRecord): boolean {
  const meteredMs = played?.meteredMs ?? 0;
  return told !== undefined && told.nodeMs >= TIMES.nodeShareMin * meteredMs && told.playerMs < TIMES.playerShareMax * meteredMs;
}
