// Which of the measured nodes gets the session. Pure.
//
// Placement has ranked them by more than distance (fee, record, load), so its
// order stands among those that are about as near.

import type { ProbeResult } from "@nearframe/shared/probe/probe-result";

/** Below this nobody feels a difference, and the next measurement may say the opposite. */
export const SELECT_MS = 5;

/** A lost packet costs a repair, which takes a round trip and some; a twelfth lost is about 20 ms. */
const LOSS_MS = 250;

export type Measured = {
  byPlayer: ProbeResult | undefined;
  byNode: ProbeResult | undefined;
  refused: string | undefined;
};

/** `candidates` has at least one, best first as placement sees it. */
export function chooseCandidate<C extends Measured>(candidates: readonly C[]): C {
  const [first] = candidates;
  if (!first) throw new Error("there is no candidate to choose from");
  const believed = candidates.filter(({ refused }) => refused === undefined);
  // Only lies: the first is as good as any, and its minutes will tell.
  if (believed.length === 0) return first;
  const measured = believed.flatMap((candidate) => {
    const cost = pathMs(candidate);
    return cost === undefined ? [] : [{ candidate, cost }];
  });
  const least = Math.min(...measured.map(({ cost }) => cost));
  return measured.find(({ cost }) => cost <= least + SELECT_MS)?.candidate ?? believed[0] ?? first;
}

/** What the path costs a player; undefined unless both ends told. */
export function pathMs({ byPlayer, byNode }: Measured): number | undefined {
  if (!byPlayer || !byNode) return undefined;
  return (oneSideMs(byPlayer) + oneSideMs(byNode)) / 2;
}

function oneSideMs({ rttMs, jitterMs, count, lost }: ProbeResult): number {
  return rttMs.p50 + jitterMs + (LOSS_MS * lost) / count;
}
