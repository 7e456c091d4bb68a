// How sessions were once they were over, summed up by node, on any SQL database.

import { END_REASONS } from "@nearframe/shared/session/end-reasons";
import * as z from "zod/mini";
import { NOTHING_AFTER_SERVICE, TIMES, type AfterService } from "../checking/after-service.ts";
import type { AfterServiceStore } from "./checking-ports.ts";
import type { SqlDatabase } from "./database.ts";

/** $1: the nodes; $2: since when. Checks are nobody's sessions, and what a host made up is none. */
const ENDED = `
  from sessions s
  join jsonb_to_recordset($1::jsonb) as wanted(node_id text, times_since timestamptz) on wanted.node_id = s.node_id
  left join session_ratings r on r.session_id = s.id
  where s.ended_at is not null and not s.is_check and s.wash is null and s.ended_at >= $2`;

const ENDS = `select s.node_id, s.end_reason, count(*)::integer as sessions ${ENDED} group by 1, 2`;

const RATINGS = `
  select node_id, count(*)::integer as players, avg(stars)::double precision as mean_stars
  from (select s.node_id, s.player_id, avg(r.overall) as stars ${ENDED} and r.overall is not null group by 1, 2) as players
  group by 1`;

const TIMES_TOLD = `
  select node_id, count(*)::integer as players, (count(*) filter (where apart * 2 > sessions))::integer as contradicting
  from (
    select s.node_id, s.player_id, count(*) as sessions,
      count(*) filter (where s.node_told_ms >= $4::double precision * s.metered_ms and s.player_told_ms < $5::double precision * s.metered_ms) as apart
    ${ENDED} and s.ended_at >= wanted.times_since and s.metered_ms >= $3::bigint and s.node_told_ms is not null and s.player_told_ms is not null
    group by 1, 2
  ) as players
  group by 1`;

const EndRow = z.object({ node_id: z.string(), end_reason: z.enum(END_REASONS), sessions: z.int() });
const RatingRow = z.object({ node_id: z.string(), players: z.int(), mean_stars: z.number() });
const TimesRow = z.object({ node_id: z.string(), players: z.int(), contradicting: z.int() });

export function sqlAfterService(database: SqlDatabase): AfterServiceStore {
  return {
    async afterService(nodes, sinceMs) {
      if (nodes.length === 0) return [];
      const wanted = [JSON.stringify(nodes.map(({ nodeId, timesSinceMs }) => ({ node_id: nodeId, times_since: new Date(timesSinceMs).toISOString() }))), new Date(sinceMs)];
      const found = new Map<string, AfterService>();
      const add = (nodeId: string, change: Partial<AfterService>) => found.set(nodeId, { nodeId, ...NOTHING_AFTER_SERVICE, ...found.get(nodeId), ...change });
      for (const raw of await database.query(ENDS, wanted)) {
        const { node_id: nodeId, end_reason: reason, sessions } = z.parse(EndRow, raw);
        add(nodeId, { ends: { ...found.get(nodeId)?.ends, [reason]: sessions } });
      }
      for (const raw of await database.query(RATINGS, wanted)) {
        const { node_id: nodeId, players, mean_stars: meanStars } = z.parse(RatingRow, raw);
        add(nodeId, { ratings: { players, meanStars } });
      }
      for (const raw of await database.query(TIMES_TOLD, [...wanted, TIMES.meteredMsMin, TIMES.nodeShareMin, TIMES.playerShareMax])) {
        const { node_id: nodeId, players, contradicting } = z.parse(TimesRow, raw);
        add(nodeId, { times: { players, contradicting } });
      }
      return [...found.values()].toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    },
  };
}
