// Watches over sessions that are being played: is there a node that would serve them clearly
// better, and may they be moved to it now? `worth-moving.ts` decides; here is where what it
// decides on comes from. Bounds from probe points only name the node: the session goes there if
// its player has measured that it is better (`move-trials.ts`). What an operator wants moved is
// moved without that.

import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import { nodeOf, type Entry } from "./entry.ts";
import type { MoveTrials } from "./move-trials.ts";
import type { SessionTable } from "./session-table.ts";
import { BETTER_FOR_MS, isBetter, mayMove, watchBetter, type Watch } from "./worth-moving.ts";

/** A search over all nodes; for most sessions there is none (`slots.ts`). */
export const COMPARE_EVERY_MS = 5_000;
/** After a move, or a try, it is left where it is for so long: nobody wants to be sent about. */
export const REST_MS = 10 * 60_000;
const KEPT_SAMPLES = 30;

type Watched = {
  nodeId: string;
  since: Watch;
  comparedAtMs: number;
  rttsMs: number[];
  /** As the last second told. */
  lastInputAtMs: number;
  savedAll: boolean;
};

export type MoveWatch = ReturnType<typeof createMoveWatch>;

export function createMoveWatch({ table, trials }: {
  table: Pick<SessionTable, "apply" | "compare" | "judge" | "nowMs" | "onNode">;
  trials: Pick<MoveTrials, "busy" | "measure">;
}) {
  const watched = new WeakMap<Entry, Watched>();
  const triedAtMs = new WeakMap<Entry, number>();

  /** Once a second of each session that is played. */
  function handleSample(entry: Entry, nodeId: string, { roundTripMs, idleMs, savedAll }: NodeSample): void {
    // Nothing was measured yet, or the node is of a version that says no more.
    if (!roundTripMs || idleMs === undefined || savedAll === undefined) return;
    // It is there to look at this very node.
    if (entry.pinnedNodeId !== undefined) return;
    const nowMs = table.nowMs();
    const known = watched.get(entry);
    const fresh = { nodeId, since: undefined, comparedAtMs: -Infinity, rttsMs: [], lastInputAtMs: nowMs, savedAll };
    const watch: Watched = known?.nodeId === nodeId ? known : fresh;
    watched.set(entry, watch);
    watch.lastInputAtMs = nowMs - idleMs;
    watch.savedAll = savedAll;
    // A queue in the player's own line comes and goes; the least of half a minute is the way's.
    watch.rttsMs.push(roundTripMs);
    if (watch.rttsMs.length > KEPT_SAMPLES) watch.rttsMs.shift();
    const rttMs = Math.min(...watch.rttsMs);
    entry.measuredRttMs.set(nodeId, rttMs);
    if (nowMs - watch.comparedAtMs < COMPARE_EVERY_MS) return;
    watch.comparedAtMs = nowMs;
    const { present, other } = table.compare(entry, nodeId, rttMs);
    const [since, tryNodeId] = watchBetter(watch.since, { atMs: nowMs, present, other, lastInputAtMs: watch.lastInputAtMs, savedAll });
    watch.since = since;
    if (tryNodeId === undefined || trials.busy || nowMs - (triedAtMs.get(entry) ?? -Infinity) < REST_MS) return;
    triedAtMs.set(entry, nowMs);
    void tryNode(entry, watch, tryNodeId);
  }

  /** It stays where it is unless everything still speaks for the other node once that has been measured. */
  async function tryNode(entry: Entry, watch: Watched, nodeId: string): Promise<void> {
    const measuredMs = await trials.measure(entry, nodeId);
    if (measuredMs === undefined || watched.get(entry) !== watch || nodeOf(entry.session) !== watch.nodeId) return;
    entry.measuredRttMs.set(nodeId, measuredMs);
    const presentMs = Math.min(...watch.rttsMs);
    const present = { rttMs: presentMs, mos: table.judge(entry, watch.nodeId, presentMs) };
    const other = { rttMs: measuredMs, mos: table.judge(entry, nodeId, measuredMs) };
    if (!isBetter(other, present) || !mayMove({ ...watch, atMs: table.nowMs() })) return;
    table.apply(entry, { type: "move-wanted", reason: "better-node" });
  }

  /** All that is played there goes elsewhere, with its saves, without waiting for a pause. */
  function emptyNode(nodeId: string): void {
    for (const entry of table.onNode(nodeId)) table.apply(entry, { type: "move-wanted", reason: "node-drained" });
  }

  return { handleSample, emptyNode };
}

/** The longest that a better node is not tried once it is seen. */
export const MOVE_WITHIN_MS = BETTER_FOR_MS + COMPARE_EVERY_MS;
