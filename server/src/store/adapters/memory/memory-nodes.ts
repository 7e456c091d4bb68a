// What is kept of nodes, without a database.

import { bearerOf } from "@nearframe/shared/session/end-reasons";
import type { SessionEnd } from "../../../session/session.ts";
import type { NodeDay, NodeStore } from "../../node-ports.ts";

type Row = NodeDay & { day: number };

const DAY_MS = 86_400_000;
const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS);

/** `washedEnds`: of sessions on the node that its host made up, those that are over. */
export function createMemoryNodes(washedEnds: (nodeId: string) => readonly SessionEnd[] = () => []): NodeStore {
  const rows = new Map<string, Row>();
  return {
    async addNodeDays(days) {
      for (const added of days) {
        const day = dayOf(added.atMs);
        const key = `${added.nodeId} ${day}`;
        const row = rows.get(key);
        rows.set(key, {
          nodeId: added.nodeId,
          day,
          atMs: Math.min(row?.atMs ?? Infinity, Math.trunc(added.atMs)),
          linkedMs: (row?.linkedMs ?? 0) + Math.round(added.linkedMs),
          sessionsEnded: (row?.sessionsEnded ?? 0) + added.sessionsEnded,
          sessionsFailedByHost: (row?.sessionsFailedByHost ?? 0) + added.sessionsFailedByHost,
        });
      }
    },
    async nodeTotals(nodeIds, { sinceMs, recentSinceMs }) {
      return [...new Set(nodeIds)].flatMap((nodeId) => {
        const own = [...rows.values()].filter((row) => row.nodeId === nodeId && row.day >= dayOf(sinceMs));
        if (own.length === 0) return [];
        const washed = washedEnds(nodeId).filter(({ atMs }) => dayOf(atMs) >= dayOf(sinceMs));
        const sum = (figure: (row: Row) => number) => own.reduce((total, row) => total + figure(row), 0);
        return {
          nodeId,
          firstHeardAtMs: Math.min(...own.map(({ atMs }) => atMs)),
          linkedMs: sum(({ linkedMs }) => linkedMs),
          sessionsEnded: Math.max(0, sum(({ sessionsEnded }) => sessionsEnded) - washed.length),
          sessionsFailedByHost: Math.max(0, sum(({ sessionsFailedByHost }) => sessionsFailedByHost) - washed.filter(({ reason }) => bearerOf(reason) === "host").length),
          sessionsRecent: Math.max(0, sum(({ day, sessionsEnded }) => (day >= dayOf(recentSinceMs) ? sessionsEnded : 0)) - washed.filter(({ atMs }) => dayOf(atMs) >= dayOf(recentSinceMs)).length),
        };
      });
    },
    async trimNodeDays(beforeMs) {
      const old = [...rows].filter(([, { day }]) => day < dayOf(beforeMs));
      for (const [key] of old) rows.delete(key);
      return old.length;
    },
  };
}
