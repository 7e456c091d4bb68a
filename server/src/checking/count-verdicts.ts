// Which verdicts count in a node's score, summed up by day: a month of one node is a thousand
// verdicts, and scores are made every half minute. Pure.

import type { CountedVerdicts, KeptVerdict } from "../store/checking-ports.ts";

const DAY_MS = 86_400_000;

/** That a node is there each quarter of an hour is no proof of how it plays: it would drown what is. */
const counts = ({ outcome, check, overturned }: KeptVerdict): boolean => outcome !== "undecided" && !overturned && (check !== "liveness" || outcome === "faulty");

export function countVerdicts(verdicts: readonly KeptVerdict[]): CountedVerdicts[] {
  const alike = Map.groupBy(verdicts.filter(counts), ({ nodeId, kind, faults, atMs }) => [nodeId, kind, Math.floor(atMs / DAY_MS), ...faults].join(" "));
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { nodeId, kind, faults } = first;
    return { nodeId, kind, faults, count: group.length, atMs: Math.round(group.reduce((sum, { atMs }) => sum + atMs, 0) / group.length) };
  });
}
