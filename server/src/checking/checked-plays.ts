// Checkers' plays of an epoch that is over, as witnesses of what a node did at that time. Pure.

import { digestOf } from "@nearframe/shared/checking/report";
import type { PublishedEpoch } from "@nearframe/shared/checking/published";
import type { PlayedObservation } from "@nearframe/shared/checking/observation";
import { MINUTE_MS } from "../telemetry/limits.ts";
import type { Epoch } from "./epoch.ts";

export type CheckedPlay = {
  epoch: number;
  taskId: string;
  checkerId: string;
  nodeId: string;
  /** By the servers' clock: from being asked to the end of what was watched. */
  beganAtMs: number;
  endedAtMs: number;
  /** Of the pictures that the title draws, so many came, each different from the one before. */
  fpsShare: number;
  lossShare: number;
};

/** As long as a picture takes to settle (`checker/src/measure/watch.ts`). */
const SETTLE_MS = 3_000;

/** Those whose reports were heard, of plays that had a picture. */
export function playsOf({ tasks }: Epoch, { epoch, verdicts, reveals }: Pick<PublishedEpoch, "epoch" | "verdicts" | "reveals">): CheckedPlay[] {
  const heard = new Set(verdicts.flatMap(({ evidence }) => evidence));
  return reveals.flatMap(({ report }) => {
    const { taskId, checkerId, nodeId, observation } = report;
    const assigned = tasks.get(taskId)?.assigned.get(checkerId);
    if (observation.kind !== "simulated-player" || observation.startupMs === undefined || observation.watchedMs === 0) return [];
    // Nothing came through, whatever is told of it.
    if (tasks.get(taskId)?.task.audit !== undefined) return [];
    // What a node makes of a codec that it would not have chosen says nothing of what players had.
    if (observation.codec !== undefined) return [];
    if (!assigned || !heard.has(digestOf(report))) return [];
    // What a checker says of its own times may be anything; it had no more than it was given.
    const endedAtMs = Math.min(assigned.untilMs, assigned.atMs + observation.startupMs + SETTLE_MS + observation.watchedMs);
    return [{ epoch, taskId, checkerId, nodeId, beganAtMs: assigned.atMs, endedAtMs, fpsShare: fpsShareOf(observation), lossShare: Math.max(observation.lossShare, observation.otherPathsLossShare) }];
  });
}

const fpsShareOf = ({ distinctFps, titleFps }: PlayedObservation): number => Math.min(1, distinctFps / Math.max(1, titleFps));

/** Players' minutes on these nodes, since then, are judged when the epoch is over: checkers will tell of them. */
export type LeftForLater = { nodeIds: readonly string[]; sinceMs: number };

export function leftForLater({ opened, tasks }: Epoch): LeftForLater {
  const played = [...tasks.values()].filter(({ task, assigned }) => task.check === "simulated-player" && assigned.size > 0);
  // A minute that began just before reaches into the epoch.
  return { nodeIds: [...new Set(played.map(({ task }) => task.nodeId))], sinceMs: opened.beganAtMs - MINUTE_MS };
}
