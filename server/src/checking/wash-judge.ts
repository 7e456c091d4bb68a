// Looks at what was played on an operator's nodes lately, and marks what the host made up.

import type { NodeRecord } from "../nodes/node-record.ts";
import type { WashStore } from "../store/checking-ports.ts";
import type { NodeStanding } from "./standing.ts";
import { findWash, summarizeWash, washNetworkOf } from "./wash.ts";

export type WashJudgePorts = { store: WashStore; nodes: { records(): Iterable<NodeRecord> } };

/** A week shows who plays where, and is read in one go. */
const LOOKED_BACK_MS = 7 * 86_400_000;
const LOOK_EVERY_MS = 15 * 60_000;
/** A week of four full slots takes the embedded database 0.15 s; who is left is looked at when they are played on again, half a minute later. */
const OPERATORS_AT_ONCE_MAX = 20;
/** Of one operator, the newest. */
const SESSIONS_MAX = 5_000;

export function createWashJudge({ store, nodes }: WashJudgePorts) {
  /** By operator; another server that goes on with this looks again, and finds the same. */
  const lookedAtMs = new Map<string, number>();

  /** Of these nodes, and the others of their operators, those of which something was found, with what is to be said of it. */
  async function look(nodeIds: readonly string[], standingOf: (nodeId: string) => NodeStanding, atMs: number): Promise<NodeStanding[]> {
    for (const [operator, lookedMs] of lookedAtMs) if (atMs - lookedMs >= LOOK_EVERY_MS) lookedAtMs.delete(operator);
    const records = [...nodes.records()];
    const operatorOf = new Map(records.map((record) => [record.nodeId, nameOf(record)]));
    const networkOf = new Map(records.map(({ nodeId, address }) => [nodeId, washNetworkOf(address)]));
    const due = new Set(nodeIds.flatMap((nodeId) => operatorOf.get(nodeId) ?? []).filter((operator) => !lookedAtMs.has(operator)));
    const found: NodeStanding[] = [];
    for (const operator of [...due].slice(0, OPERATORS_AT_ONCE_MAX)) {
      lookedAtMs.set(operator, atMs);
      // Who runs the servers needs no show for them.
      const own = new Map(records.filter((record) => !record.trusted && nameOf(record) === operator).map(({ nodeId }) => [nodeId, networkOf.get(nodeId)]));
      if (own.size === 0) continue;
      for (const [nodeId, wash] of await judge(own, networkOf, atMs)) found.push({ ...standingOf(nodeId), wash });
    }
    return found;
  }

  async function judge(own: ReadonlyMap<string, string | undefined>, networkOf: ReadonlyMap<string, string | undefined>, atMs: number) {
    const sinceMs = atMs - LOOKED_BACK_MS;
    const sessions = await store.playedSessions({ nodeIds: [...own.keys()], sinceMs, newestMax: SESSIONS_MAX });
    const networks = new Set(own.values());
    const minutesElsewhere = new Map<string, number>();
    for (const { playerId, nodeId, meteredMs } of await store.playedWhere([...new Set(sessions.map(({ playerId }) => playerId))], sinceMs)) {
      // Names of operators can be made up: a node beside the operator's own is taken for one of them, and one that is gone tells nothing.
      const network = networkOf.get(nodeId);
      if (own.has(nodeId) || !networkOf.has(nodeId) || (network !== undefined && networks.has(network))) continue;
      minutesElsewhere.set(playerId, (minutesElsewhere.get(playerId) ?? 0) + meteredMs / 60_000);
    }
    const washed = findWash({ nodes: own, sessions, minutesElsewhere });
    await store.markWash(washed);
    return summarizeWash(sessions, washed, atMs);
  }

  return { look };
}

const nameOf = ({ nodeId, operatorId }: NodeRecord): string => operatorId ?? nodeId;
