// Watches over sessions that are being played: is there a node that would serve them clearly
// better, and may they be moved to it now? `worth-moving.ts` decides; here is where what it
// decides on comes from. What an operator wants moved is moved without that.

import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import type { Entry } from "./entry.ts";
import type { SessionTable } from "./session-table.ts";
import { BETTER_FOR_MS, watchBetter, type Watch } from "./worth-moving.ts";

/** A search over all nodes; for most sessions there is none (`slots.ts`). */
export const COMPARE_EVERY_MS = 5_000;
/** After a move it is left where it is for so long: nobody wants to be sent about. */
export const REST_MS = 10 * 60_000;
const KEPT_SAMPLES = 30;

type Watched = { nodeId: string; since: Watch; comparedAtMs: number; rttsMs: number[] };

export type MoveWatch = ReturnType<typeof createMoveWatch>;

export function createMoveWatch({ table }: { table: Pick<SessionTable, "apply" | "compare" | "nowMs" | "onNode"> }) {
  const watched = new WeakMap<Entry, Watched>();
  const movedAtMs = new WeakMap<Entry, number>();

  /** Once a second of each session that is played. */
  function handleSample(entry: Entry, nodeId: string, { roundTripMs, idleMs, savedAll }: NodeSample): void {
    // Nothing was measured yet, or the node is of a version that says no more.
    if (!roundTripMs || idleMs === undefined || savedAll === undefined) return;
    // It is there to look at this very node.
    if (entry.pinnedNodeId !== undefined) return;
    const known = watched.get(entry);
    const watch = known?.nodeId === nodeId ? known : { nodeId, since: undefined, comparedAtMs: -Infinity, rttsMs: [] };
    watched.set(entry, watch);
    // A queue in the player's own line comes and goes; the least of half a minute is the way's.
    watch.rttsMs.push(roundTripMs);
    if (watch.rttsMs.length > KEPT_SAMPLES) watch.rttsMs.shift();
    const rttMs = Math.min(...watch.rttsMs);
    entry.measuredRttMs.set(nodeId, rttMs);
    const nowMs = table.nowMs();
    if (nowMs - watch.comparedAtMs < COMPARE_EVERY_MS) return;
    watch.comparedAtMs = nowMs;
    const { present, other } = table.compare(entry, nodeId, rttMs);
    const [since, moveTo] = watchBetter(watch.since, { atMs: nowMs, present, other, lastInputAtMs: nowMs - idleMs, savedAll });
    watch.since = since;
    if (moveTo === undefined || nowMs - (movedAtMs.get(entry) ?? -Infinity) < REST_MS) return;
    movedAtMs.set(entry, nowMs);
    table.apply(entry, { type: "move-wanted", reason: "better-node" });
  }

  /** All that is played there goes elsewhere, with its saves, without waiting for a pause. */
  function emptyNode(nodeId: string): void {
    for (const entry of table.onNode(nodeId)) table.apply(entry, { type: "move-wanted", reason: "node-drained" });
  }

  return { handleSample, emptyNode };
}

/** The longest that a better node is not moved to once it is seen. */
export const MOVE_WITHIN_MS = BETTER_FOR_MS + COMPARE_EVERY_MS;
