// What a node passes before it is given sessions: each check looks at what the node claims
// and says what is wrong with it, in a sentence for the host. Checkers that measure a node
// from outside plug in here, beside these.

import { measureCapacity, slotsOf } from "@nearframe/shared/node/capacity";
import type { NodeInventory } from "@nearframe/shared/node/inventory";

/** What there is to judge by. That the node signed it has been proved. */
export type NodeClaim = {
  readonly nodeId: string;
  /** It showed the operator's token. */
  readonly trusted: boolean;
  readonly inventory: NodeInventory;
};

export interface NodeChecks {
  /**
   * Undefined lets the node in; a sentence keeps it out. MUST settle within bounded time;
   * a check that rejects has failed, and so keeps the node out as well.
   */
  check(claim: NodeClaim): string | undefined | Promise<string | undefined>;
}

/** All of them must pass; the first sentence stands. Settles at once where each of them does. */
export function allChecks(checks: readonly NodeChecks[]): NodeChecks {
  const checkFrom = (index: number, claim: NodeClaim): ReturnType<NodeChecks["check"]> => {
    const check = checks[index];
    if (!check) return undefined;
    const verdict = check.check(claim);
    if (verdict instanceof Promise) return verdict.then((reason) => reason ?? checkFrom(index + 1, claim));
    return verdict ?? checkFrom(index + 1, claim);
  };
  return { check: (claim) => checkFrom(0, claim) };
}

/** What can be seen from the inventory alone: that it does not contradict itself. */
export const inventoryChecks: NodeChecks = {
  check: (claim) => RULES.map((rule) => rule(claim)).find((reason) => reason !== undefined),
};

type Rule = (claim: NodeClaim) => string | undefined;

/** A host who says how many sessions its machine carries may know it better than the trial, but not by this much. */
const OVERRIDE_MAX = 2;

const RULES: readonly Rule[] = [
  ({ inventory: { runtimes } }) => (runtimes.length === 0 ? "it can run no title: its inventory names no runtime" : undefined),
  ({ inventory: { encoders } }) =>
    encoders && !encoders.some(({ opened }) => opened) ? "none of its encoders could be opened, so it can show no picture" : undefined,
  claimsWhatItMeasured,
];

/**
 * Computed again from cores, memory and the encoders' times: whoever claims more slots also
 * claims a machine to match, which is what a checker outside then looks at. Who runs the
 * server may run nodes as they like; they show the token.
 */
function claimsWhatItMeasured({ trusted, inventory: { capacity, encoders, hardware } }: NodeClaim): string | undefined {
  const { slots, source } = capacity;
  if (source === "measured" && !encoders) return "it claims measured slots without the measurement";
  if (trusted && source === "operator") return undefined;
  const measured = encoders && measureCapacity(hardware, encoders);
  const limit = (measured ? slotsOf(measured) : 1) * (source === "operator" ? OVERRIDE_MAX : 1);
  if (slots <= limit) return undefined;
  return measured
    ? `it claims ${slots} slots, but its encoder ${measured.encoder} (${measured.frameMs} ms a frame), cores and memory allow ${limit}`
    : `it claims ${slots} slots before it has measured anything; until then it may claim one`;
}
