// Looks at what was played on an operator's nodes lately, and marks what the host made up.

import type { NodeRecord } from "../nodes/node-record.ts";
import type { WashStore } from "../store/checking-ports.ts";
import { newStanding, type Appeal, type NodeStanding } from "./standing.ts";
import { findWash, lessWash, minutesOf, suspectWash, summarizeWash, washNetworkOf, type OperatorPlay, type PlayedSession } from "./wash.ts";

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
    const { operatorOf, networkOf, ownOf } = survey();
    const due = new Set(nodeIds.flatMap((nodeId) => operatorOf.get(nodeId) ?? []).filter((operator) => !lookedAtMs.has(operator)));
    const found: NodeStanding[] = [];
    for (const operator of [...due].slice(0, OPERATORS_AT_ONCE_MAX)) {
      lookedAtMs.set(operator, atMs);
      const own = ownOf(operator);
      if (own.size === 0) continue;
      for (const [nodeId, wash] of await judge(own, networkOf, atMs)) found.push({ ...standingOf(nodeId), wash });
    }
    return found;
  }

  /**
   * Where no penalty keeps a node out, its host appeals against marks of its play. Of what was played in the last week on
   * the operator's nodes, marks are lifted where by all that was told since nothing of the play itself looks made up any
   * more; those of the operator's nodes that ask at once are answered as one. All whose standing changed by it.
   */
  async function decideAppeals(standings: Iterable<NodeStanding>, latest: (nodeId: string) => NodeStanding, atMs: number): Promise<NodeStanding[]> {
    const { operatorOf, networkOf, ownOf } = survey();
    const asking = [...standings].filter(({ appeal, quarantine }) => appeal?.state === "asked" && !quarantine).map(({ nodeId }) => nodeId);
    const decided: NodeStanding[] = [];
    for (const [operator, nodeIds] of Map.groupBy(asking, (nodeId) => operatorOf.get(nodeId))) {
      // Where a node is that no server knows, nobody can say: its appeal waits until it is linked again.
      if (operator === undefined) continue;
      const play = await gather(ownOf(operator), networkOf, atMs);
      const suspects = new Set(suspectWash(play).map(({ sessionId }) => sessionId));
      const clear = play.sessions.filter(({ sessionId }) => !suspects.has(sessionId));
      decided.push(...(await store.liftWash(clear.map(({ sessionId }) => sessionId), (ids) => {
        const lifted = new Set(ids);
        return afterAppeal(nodeIds, clear.filter(({ sessionId }) => lifted.has(sessionId)), latest);
      })));
    }
    return decided;
  }

  function survey() {
    const records = [...nodes.records()];
    const networkOf: Networks = new Map(records.map(({ nodeId, address }) => [nodeId, washNetworkOf(address)]));
    return {
      networkOf,
      operatorOf: new Map(records.map((record) => [record.nodeId, nameOf(record)])),
      /** Who runs the servers needs no show for them. */
      ownOf: (operator: string): Networks => new Map(records.filter((record) => !record.trusted && nameOf(record) === operator).map(({ nodeId }) => [nodeId, networkOf.get(nodeId)])),
    };
  }

  async function gather(own: Networks, networkOf: Networks, atMs: number): Promise<OperatorPlay> {
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
    return { nodes: own, sessions, minutesElsewhere };
  }

  async function judge(own: Networks, networkOf: Networks, atMs: number) {
    const play = await gather(own, networkOf, atMs);
    const washed = findWash(play);
    await store.markWash(washed);
    return summarizeWash(play.sessions, washed, atMs);
  }

  /** These, which were played on, and all others whose standing changes by what is found, or appealed against. */
  async function review(due: readonly string[], standings: ReadonlyMap<string, NodeStanding>, atMs: number): Promise<NodeStanding[]> {
    const changed = new Map<string, NodeStanding>();
    const latest = (nodeId: string) => changed.get(nodeId) ?? standings.get(nodeId) ?? newStanding(nodeId);
    const found = due.length > 0 ? await look(due, latest, atMs) : [];
    for (const standing of [...due.map(latest), ...found]) changed.set(standing.nodeId, standing);
    for (const standing of await decideAppeals(standings.values(), latest, atMs)) changed.set(standing.nodeId, standing);
    return [...changed.values()];
  }

  return { review };
}

/** By node; undefined where its address tells of none. */
type Networks = ReadonlyMap<string, string | undefined>;

const nameOf = ({ nodeId, operatorId }: NodeRecord): string => operatorId ?? nodeId;

function afterAppeal(asked: readonly string[], lifted: readonly PlayedSession[], standingOf: (nodeId: string) => NodeStanding): NodeStanding[] {
  const byNode = Map.groupBy(lifted, ({ nodeId }) => nodeId);
  const state: Appeal["state"] = lifted.length > 0 ? "upheld" : "rejected";
  return [...new Set([...asked, ...byNode.keys()])].map((nodeId) => {
    const { wash, appeal, ...standing } = standingOf(nodeId);
    const left = wash && lessWash(wash, minutesOf(byNode.get(nodeId) ?? []));
    const answered = asked.includes(nodeId) && appeal ? { ...appeal, state } : appeal;
    return { ...standing, ...(left && { wash: left }), ...(answered && { appeal: answered }) };
  });
}
