// Who checks a node in an epoch: drawn by a published seed, so that no checker can
// choose its node, no host its checkers, and anybody can draw again. Pure.

import { rankOf } from "./draw.ts";

export type Checker = {
  checkerId: string;
  /** Who runs it: one operator's checkers are one opinion. */
  operatorId: string;
  /** The network that it is in (its autonomous system, or its address's /16 where that is unknown). */
  networkId: string;
};

export type DrawOptions = {
  size: number;
  perOperatorMax: number;
  perNetworkMax: number;
  /** Operators that have a stake in the answer: the host's own, and those of an earlier committee's members in an appeal. */
  excludedOperators: ReadonlySet<string>;
  excludedCheckers: ReadonlySet<string>;
};

/** Five for what is decided every minute. Chance that a fifth of colluders decides: 5.6 % a vote, none of which alone costs a host anything. */
export const ROUTINE_COMMITTEE = { size: 5, perOperatorMax: 2, perNetworkMax: 3 } as const;
/** Eleven for a penalty, eight of whom must agree: a fifth of colluders decides 1.4 in 10,000 (network-procedures, 4.3). */
export const PENALTY_COMMITTEE = { size: 11, perOperatorMax: 2, perNetworkMax: 3 } as const;
export const PENALTY_AGREEING_MIN = 8;

/** The checkers in the order in which they are asked; fewer than `size` where there are not enough. */
export function drawCommittee(seed: string, nodeId: string, checkers: readonly Checker[], options: DrawOptions): Checker[] {
  const ranked = checkers
    .map((checker) => ({ checker, rank: rankOf(seed, nodeId, checker.checkerId) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const drawn: Checker[] = [];
  const perOperator = new Map<string, number>();
  const perNetwork = new Map<string, number>();
  for (const { checker } of ranked) {
    if (drawn.length >= options.size) break;
    const { checkerId, operatorId, networkId } = checker;
    if (options.excludedOperators.has(operatorId) || options.excludedCheckers.has(checkerId)) continue;
    const ofOperator = perOperator.get(operatorId) ?? 0;
    const ofNetwork = perNetwork.get(networkId) ?? 0;
    if (ofOperator >= options.perOperatorMax || ofNetwork >= options.perNetworkMax) continue;
    perOperator.set(operatorId, ofOperator + 1);
    perNetwork.set(networkId, ofNetwork + 1);
    drawn.push(checker);
  }
  return drawn;
}
