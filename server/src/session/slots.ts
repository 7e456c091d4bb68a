// How a session comes to a slot: placement names the nodes, a lease on each is
// taken by compare-and-set, and what was got is what the session may choose from.
//
// Between choosing and having the lease lies a round trip to the cluster's keeper.
// Meanwhile the slot counts as taken here, so that this process does not send two
// of its own sessions after one slot.

import type { Scope } from "@nearframe/shared/lifetime";
import { ClusterUnavailableError } from "../cluster/ports.ts";
import type { Lease as SlotLease, Leases } from "../leases/leases.ts";
import type { Log } from "../log.ts";
import type { NodeRecord } from "../nodes/node-record.ts";
import { CANDIDATES_MAX, type PlacementNeed, type RankedNode, type Shortlist } from "../placement/need.ts";
import { PROBE_SCORE_SHARE } from "./limits.ts";
import type { NodeComparison, SessionSlots, SlotChoice, SlotNeed } from "./ports.ts";
import type { Lease } from "./session.ts";
import type { Option } from "./session-events.ts";
import { BETTER_MOS, BETTER_RTT_MS } from "./worth-moving.ts";

export type SlotPorts = {
  leases: Pick<Leases, "takeSlot" | "adopt" | "confirm" | "release" | "slotsFree">;
  /** Placement on the index of all nodes. */
  shortlist(need: PlacementNeed): Shortlist;
  judgePath(need: PlacementNeed, nodeId: string, rttMs: number): { mos: number; mosBest: number };
  record(nodeId: string): NodeRecord | undefined;
  /** What the session asks for, in placement's words. */
  needOf(need: SlotNeed): PlacementNeed;
  /** The least that a round trip between player and node can take; undefined where nobody knows. */
  lightMs(need: PlacementNeed, record: NodeRecord): number | undefined;
  /** A node's home counts the sessions that it has a slot for, whatever the node says. */
  nodes: { takeSlot(nodeId: string, sessionId: string): void; releaseSlot(nodeId: string, sessionId: string): void };
  log: Log;
};

/** One that was not ranked has no terms. */
type Chosen = Pick<RankedNode, "nodeId"> & Partial<Pick<RankedNode, "terms">>;

/** Of shortlists whose nodes all turn out to be busy. */
const ROUNDS_MAX = 8;

export function createSessionSlots(ports: SlotPorts, scope: Scope): SessionSlots {
  const { leases, shortlist, judgePath, record, needOf, lightMs, nodes, log } = ports;
  /** By node: chosen here, and not yet taken. */
  const pending = new Map<string, number>();

  function choose(slotNeed: SlotNeed): SlotChoice {
    const need = needOf(slotNeed);
    const { sessionId, pinnedNodeId } = slotNeed;
    const chosen = pinnedNodeId === undefined ? chooseOpen(need, new Set(need.excludedNodeIds)) : choosePinned(pinnedNodeId, need);
    if ("type" in chosen) return chosen;
    for (const { nodeId } of chosen) pending.set(nodeId, (pending.get(nodeId) ?? 0) + 1);
    return {
      type: "chosen",
      async take() {
        const taken = await Promise.all(chosen.map((node) => takeOne(node, need, sessionId)));
        const options = taken.filter((option) => option !== undefined);
        if (pinnedNodeId === undefined) return options;
        const pinned = options.find(({ lease }) => lease.nodeId === pinnedNodeId);
        if (pinned) return [{ ...pinned, pinned: true as const }, ...options.filter((option) => option !== pinned)];
        for (const { lease } of options) release(lease, sessionId);
        return [];
      },
      leave: () => chosen.forEach(({ nodeId }) => settle(nodeId)),
    };
  }

  /** A node's record and its leases tell of a free slot at different times: only what both call free is asked for. */
  function chooseOpen(need: PlacementNeed, excludedNodeIds: Set<string>): readonly RankedNode[] | (SlotChoice & { type: "none" }) {
    let busy = false;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const list = shortlist({ ...need, excludedNodeIds });
      // A slot that is being taken or given back may be free in a moment.
      if (list.type === "none") return { type: "none", canRun: list.canRun || busy };
      const open = list.candidates.filter(({ nodeId }) => freeOf(nodeId) > 0);
      if (open.length > 0) return worthProbing(open);
      busy = true;
      for (const { nodeId } of list.candidates) excludedNodeIds.add(nodeId);
    }
    return { type: "none", canRun: true };
  }

  /** This one, and those that a player would measure beside it: nobody shall tell by the others' absence what the session is for. */
  function choosePinned(nodeId: string, need: PlacementNeed): readonly Chosen[] | (SlotChoice & { type: "none" }) {
    const node = record(nodeId);
    if (!node || node.state === "offline" || freeOf(nodeId) <= 0) return { type: "none", canRun: node !== undefined };
    const others = chooseOpen(need, new Set([...(need.excludedNodeIds ?? []), nodeId]));
    return [{ nodeId }, ...("type" in others ? [] : others.slice(0, CANDIDATES_MAX - 1))];
  }

  function release(lease: Lease, sessionId: string): void {
    leases.release({ ...lease, sessionId });
    nodes.releaseSlot(lease.nodeId, sessionId);
  }

  function compare(slotNeed: SlotNeed, nodeId: string, rttMs: number): NodeComparison {
    const need = needOf(slotNeed);
    const { mos, mosBest } = judgePath(need, nodeId, rttMs);
    const present = { rttMs, mos };
    // Most sessions are too well off to be served clearly better by anybody: nothing is searched for them.
    if (rttMs < BETTER_RTT_MS || mosBest - mos < BETTER_MOS) return { present, other: undefined };
    const list = shortlist({ ...need, excludedNodeIds: new Set([nodeId]) });
    const known = list.type === "none" ? [] : list.candidates.filter(({ terms }) => terms.rttSource === "measured" || terms.rttSource === "vectors");
    const [best] = known.filter((node) => freeOf(node.nodeId) > 0).toSorted((a, b) => b.terms.mos - a.terms.mos);
    return { present, other: best && { nodeId: best.nodeId, rttMs: best.terms.rttMs, mos: best.terms.mos } };
  }

  async function takeAside(slotNeed: SlotNeed, nodeId: string): Promise<Option | undefined> {
    if (freeOf(nodeId) <= 0) return undefined;
    pending.set(nodeId, (pending.get(nodeId) ?? 0) + 1);
    return takeOne({ nodeId }, needOf(slotNeed), slotNeed.sessionId);
  }

  async function takeOne({ nodeId, terms }: Chosen, need: PlacementNeed, sessionId: string): Promise<Option | undefined> {
    const node = record(nodeId);
    try {
      const lease = node && (await leases.takeSlot(nodeId, node.slots, sessionId));
      if (!lease || !node) return undefined;
      nodes.takeSlot(nodeId, sessionId);
      const estimateMs = terms === undefined || terms.rttSource === "unknown" ? undefined : terms.rttMs;
      return { lease: plain(lease), estimateMs, lightMs: lightMs(need, node) };
    } catch (error) {
      if (scope.closed) return undefined;
      // The line is tried again when something changes; without the cluster's keeper nobody can be placed.
      if (error instanceof ClusterUnavailableError) log.warn({ nodeId, sessionId }, "no slot could be taken: the cluster does not answer");
      else log.error({ nodeId, sessionId, error }, "a slot could not be taken");
      return undefined;
    } finally {
      settle(nodeId);
    }
  }

  function settle(nodeId: string): void {
    const left = (pending.get(nodeId) ?? 1) - 1;
    if (left > 0) pending.set(nodeId, left);
    else pending.delete(nodeId);
  }

  function freeOf(nodeId: string): number {
    const node = record(nodeId);
    if (!node) return 0;
    return Math.min(node.slotsFree, leases.slotsFree(nodeId, node.slots)) - (pending.get(nodeId) ?? 0);
  }

  return {
    choose,
    compare,
    judge: (need, nodeId, rttMs) => judgePath(needOf(need), nodeId, rttMs).mos,
    takeAside,
    keep: (lease, sessionId) => leases.confirm({ ...lease, sessionId }),
    release,
    async adopt({ nodeId, epoch }, sessionId) {
      // A node that is not known yet has at least this slot.
      const adopted = await leases.adopt({ nodeId, epoch, sessionId }, record(nodeId)?.slots ?? 1);
      if (adopted) nodes.takeSlot(nodeId, sessionId);
      return adopted && plain(adopted);
    },
  };
}

function plain({ nodeId, slot, epoch }: SlotLease): Lease {
  return { nodeId, slot, epoch };
}

/** Those that might turn out better than the first when they are measured, each once. */
function worthProbing(candidates: readonly RankedNode[]): readonly RankedNode[] {
  const bestScore = candidates[0]?.score ?? 0;
  const worth = candidates.filter(({ score }) => score >= bestScore * PROBE_SCORE_SHARE);
  return [...new Map(worth.map((node) => [node.nodeId, node])).values()];
}
